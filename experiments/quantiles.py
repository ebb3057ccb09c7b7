"""Quantiles of the normal and of Student's distribution, from scipy, which takes a third of a second to import."""


def normal_quantile(probability: float) -> float:
    """The value that a standard normal number falls below with this probability."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def student_quantile(freedom: float, probability: float) -> float:
    """The value that a number by Student's t, with so many degrees of freedom, falls below with this probability."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))


def student_probability(freedom: float, value: float) -> float:
    """The probability that a number by Student's t falls below a value."""
    from scipy.special import stdtr

    return float(stdtr(freedom, value))
