"""How far several labellings of one drive agree, what they say together, and how good each of their authors is."""

from sensorann.qa.agreement.agreeing import (
    AGREEMENT_FIGURES,
    Agreement,
    AttributeAgreement,
    GroupAgreement,
    agreement,
)
from sensorann.qa.agreement.alpha import krippendorff_alpha
from sensorann.qa.agreement.kappa import cohen_kappa, fleiss_kappa
from sensorann.qa.agreement.tally import Figure

__all__ = [
    "AGREEMENT_FIGURES",
    "Agreement",
    "AttributeAgreement",
    "Figure",
    "GroupAgreement",
    "agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "krippendorff_alpha",
]
