"""Exercise 8.6: Which net has more."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "8.6",
    "Which net has more",
    kind="predict",
    minutes=3,
    difficulty=2,
    importance=3,
    hints=(
        (
            "I know none of these numbers",
            "DenseNet-121 has 8 million parameters and does 2.8 G multiply-adds. Lesson 05 has "
            "ResNet-50's row.",
        ),
        (
            "What moves bytes?",
            "Each operation reads its input and writes its output. Which net copies old features "
            "and normalises them again for each reader?",
        ),
    ),
)
def which_has_more(answer):
    expect.guess(answer, ("resnet", "resnet", "densenet"))


which_has_more.solves(
    ("resnet", "resnet", "densenet"),
    because="DenseNet does less work on more traffic: it copies and normalises again and again.",
)
which_has_more.rejects(
    ("densenet", "densenet", "densenet"),
    says="DenseNet is known for few parameters. What did lesson 05 say about its multiply-adds?",
)
which_has_more.rejects(
    ("resnet", "resnet", "resnet"),
    says="Parameters and multiply-adds are right. Think of norms and concatenations for the bytes.",
)
which_has_more.rejects(
    ("resnet", "densenet", "densenet"),
    says="Parameters and bytes are right. DenseNet-121 does 2.8 G multiply-adds; ResNet-50, 4.1 G.",
)
which_has_more.rejects(
    ("densenet", "resnet", "densenet"),
    says="Multiply-adds and bytes are right. Which net is known for its few parameters?",
)
