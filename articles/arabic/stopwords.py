"""Function words of Arabic, which are too common to tell articles apart. Queries drop them; the index keeps them."""

from articles.arabic.folding import fold_letters

# Prepositions, conjunctions, pronouns, demonstratives, relatives, question words, particles, auxiliary verbs.
_WORDS = """
في من إلى على عن مع بين حول ضد عند لدى منذ خلال حتى نحو دون بدون عبر ضمن تحت فوق أمام وراء بعد قبل أثناء إثر عقب بشأن لأجل أجل
و ف ب ل ك أو أم ثم بل لكن لكنه إذ إذا لو لولا إن أن أنه أنها إنه إنها بأن لأن كأن كما مثل مثلا حيث حين عندما بينما كلما لما كي لكي
هو هي هم هن هما نحن أنا أنت أنتم إياه هذا هذه هذان هذين هاتان هؤلاء ذلك تلك أولئك ذاك هنا هناك الذي التي الذين اللذين اللتين اللواتي اللاتي
ما ماذا من متى أين كيف كم لماذا هل أي أية أيها مما عما فيما بما لما كان كانت كانوا يكون تكون ليس ليست قد لقد سوف لم لن لا غير سوى إلا
كل بعض جميع أحد إحدى نفس ذات ذو أيضا فقط جدا أكثر أقل له لها لهم به بها بهم فيه فيها فيهم منه منها منهم عليه عليها إليه إليها عنه عنها
وهو وهي وقد ولم ولا وما ومن وفي وعلى وإلى وكان وكانت وذلك وهذا وهذه والتي والذي فهو فهي فقد يا تم يتم
"""
STOP_WORDS = frozenset(fold_letters(word) for word in _WORDS.split())

_QUESTION_WORDS = frozenset(
    fold_letters(word) for word in "ما ماذا متى أين كيف كم لماذا هل أي أية بم لم بماذا فيم مم".split()
)


def is_stop_word(word: str) -> bool:
    """Returns whether a word is a function word, in any spelling."""
    return fold_letters(word) in STOP_WORDS


def is_question_word(word: str) -> bool:
    """Returns whether a word is a question word, in any spelling."""
    return fold_letters(word) in _QUESTION_WORDS
