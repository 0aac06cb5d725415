"""The rights of accounts: reading drafts, and managing other accounts. One superuser can always sign in.

A superuser manages every account. Anyone else manages only accounts with no more rights than their own: no superusers,
and no account with a permission that they do not hold. The limit holds for every change of an account and not only for
granting rights, since whoever replaces the password of an account takes it over.
"""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_otp import user_has_device

# The roles that migration 0004_rules makes. Managers of accounts who are no superusers may assign these four groups
# only.
ROLES = ("قراء المسودات", "محررون", "محررون أول", "مديرون")
# The name under which the trigger of migration 0005_withheld_provenance_claims refuses a change.
LAST_SUPERUSER = "auth_user_last_superuser"


def own_permissions(user: User) -> list[int]:
    """Returns the keys of the permissions that the account holds, directly or through a group."""
    permissions = Permission.objects.filter(Q(user=user) | Q(group__user=user))
    return list(permissions.order_by().values_list("pk", flat=True).distinct())


def accounts_managed_by(user: User) -> QuerySet[User]:
    """Returns the accounts that `user` may see and change.

    Callers check beforehand that `user` has the permission to manage accounts at all.
    """
    if user.is_superuser:
        return User.objects.all()
    own_keys = own_permissions(user)
    direct = User.user_permissions.through.objects.filter(user=OuterRef("pk")).exclude(permission__in=own_keys)
    through_groups = Group.permissions.through.objects.filter(group__user=OuterRef("pk")).exclude(
        permission__in=own_keys
    )
    return User.objects.filter(~Exists(direct), ~Exists(through_groups), is_superuser=False)


def groups_given_by(user: User) -> QuerySet[Group]:
    """Returns the groups to which `user` may add an account: ROLES without any permission that `user` does not hold.

    A superuser may use all groups.
    """
    if user.is_superuser:
        return Group.objects.all()
    beyond = Group.permissions.through.objects.filter(group=OuterRef("pk")).exclude(
        permission__in=own_permissions(user)
    )
    return Group.objects.filter(~Exists(beyond), name__in=ROLES)


def locks_out_last_superuser(error: IntegrityError) -> bool:
    """Returns whether the database refused a change because no superuser could sign in after it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == LAST_SUPERUSER


def may_read_drafts(user: User | AnonymousUser) -> bool:
    """Returns whether the user may read what is not public.

    Every page that shows more to editors than to readers calls it. The user must be active and staff, must have passed
    the second factor if one is required, and must have the permission to view articles.
    """
    is_let_in = user.is_active and user.is_staff and not lacks_second_factor(user)
    return is_let_in and user.has_perm("articles.view_article")


def lacks_second_factor(user: User | AnonymousUser) -> bool:
    """Returns whether the user still has to pass a second factor.

    It is one that they set up, or one that the archive requires.
    """
    # During the request that signs a user in, the user has no `is_verified`: the middleware of the second factor adds
    # it later.
    if getattr(user, "is_verified", lambda: False)():
        return False
    return settings.ARCHIVE_SECOND_FACTOR or user_has_device(user)
