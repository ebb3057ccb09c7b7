"""The colours of the project: those of Okabe and Ito (2008), and which of them stays with which policy."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
COLOUR_OF_POLICY = {
    # who asks on first in blues, who names a number at once in reds, between the two in greens and violets
    "after_needs_analysis": PALETTE[0],
    "with_proposal": "#56B4E9",
    "never_to_price_shoppers": "#2f4b7c",
    "on_first_ask": PALETTE[1],
    "unqualified_discount": "#a63603",
    "list_price": "#000000",
    "when_confident": PALETTE[2],
    "after_qualification": "#66a61e",
    "before_they_leave": "#1b7837",
    "range_first": "#CC79A7",
    "menu_first": "#7b3294",
    "conditional_first": "#E69F00",
}
"""The policies that come with zopa keep their colour in every figure; others get what is left, in order."""

STEP_COLOURS = ("#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#084594")
"""The seven steps of a sale, the later the darker."""
