"""How far several labellings of one drive agree, what they say together, and how good each of their authors is."""

from sensorann.qa.agreement.agreeing import (
    AGREEMENT_FIGURES,
    Agreement,
    AttributeAgreement,
    GroupAgreement,
    measure_agreement,
)
from sensorann.qa.agreement.alpha import krippendorff_alpha
from sensorann.qa.agreement.consensus import Consensus, Dispute, consensus
from sensorann.qa.agreement.events import EVENT_OVERLAPS, EventAgreement, event_agreement
from sensorann.qa.agreement.gold import Share, Skill, drawn_gold, gold_skills
from sensorann.qa.agreement.kappa import cohen_kappa, fleiss_kappa
from sensorann.qa.agreement.tally import Figure

__all__ = [
    "AGREEMENT_FIGURES",
    "EVENT_OVERLAPS",
    "Agreement",
    "AttributeAgreement",
    "Consensus",
    "Dispute",
    "EventAgreement",
    "Figure",
    "GroupAgreement",
    "Share",
    "Skill",
    "cohen_kappa",
    "consensus",
    "drawn_gold",
    "event_agreement",
    "fleiss_kappa",
    "gold_skills",
    "krippendorff_alpha",
    "measure_agreement",
]
