"""What an account may do: read drafts, manage other accounts; and the rule that one superuser can always sign in.

A superuser manages every account. Anyone else manages only accounts that can do no more than they can themselves: no
superuser, and no permission that they do not hold. Replacing the password of an account takes that account over, so the limit
holds for everything that can be done to an account, not only for giving rights.
"""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, Permission, User
from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django_otp import user_has_device

# The roles that migration 0004_rules makes. Whoever manages accounts may give these four and no other group.
ROLES = ("قراء المسودات", "محررون", "محررون أول", "مديرون")
# The name under which the trigger of migration 0005_withheld_provenance_claims refuses a change.
LAST_SUPERUSER = "auth_user_last_superuser"


def own_permissions(user: User) -> list[int]:
    """The keys of the permissions that the account holds, directly or through a group."""
    held = Permission.objects.filter(Q(user=user) | Q(group__user=user))
    return list(held.order_by().values_list("pk", flat=True).distinct())


def accounts_managed_by(user: User) -> QuerySet[User]:
    """The accounts that `user` may see and change, whoever has the permission to manage accounts at all."""
    if user.is_superuser:
        return User.objects.all()
    own = own_permissions(user)
    given = User.user_permissions.through.objects.filter(user=OuterRef("pk")).exclude(permission__in=own)
    through_groups = Group.permissions.through.objects.filter(group__user=OuterRef("pk")).exclude(permission__in=own)
    return User.objects.filter(~Exists(given), ~Exists(through_groups), is_superuser=False)


def groups_given_by(user: User) -> QuerySet[Group]:
    """The groups that `user` may put an account into: roles of the desk that hold no permission beyond their own."""
    if user.is_superuser:
        return Group.objects.all()
    beyond = Group.permissions.through.objects.filter(group=OuterRef("pk")).exclude(
        permission__in=own_permissions(user)
    )
    return Group.objects.filter(~Exists(beyond), name__in=ROLES)


def locks_out_last_superuser(error: IntegrityError) -> bool:
    """Whether the database refused a change because no superuser could sign in after it."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) == LAST_SUPERUSER


def may_read_drafts(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the user may read what is not public. Every page that shows more to editors than to readers asks this.

    Such a user is let into the desk, has given the second factor where one is required, and may see articles there.
    """
    is_let_in = user.is_active and user.is_staff and not lacks_second_factor(user)
    return is_let_in and user.has_perm("articles.view_article")


def lacks_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether the user has yet to give a second factor: one they set up, or one that the archive requires."""
    # A request that signs a user in carries a user without `is_verified`, which the second factor's middleware adds later.
    if getattr(user, "is_verified", lambda: False)():
        return False
    return settings.ARCHIVE_SECOND_FACTOR or user_has_device(user)
