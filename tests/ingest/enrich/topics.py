"""Twelve short articles on four topics, written for these tests: (id, title, text)."""

ARTICLES = (
    (
        "harbour-1",
        "Harbour wall repaired after winter storms",
        "Workers have finished repairing the harbour wall that winter storms broke in January. "
        "Fishing boats can moor at the northern quay again. The port authority paid for the "
        "concrete blocks and the divers. Skippers had to land their catch in the next town.",
    ),
    (
        "harbour-2",
        "Fishing boats return to the northern quay",
        "The first fishing boats moored at the northern quay on Monday. Skippers praised the port "
        "authority for mending the harbour wall so fast. The catch of herring was sold on the "
        "quay. Storms had closed the harbour for ten weeks.",
    ),
    (
        "harbour-3",
        "Port authority plans deeper harbour for trawlers",
        "The port authority wants to dredge the harbour so that larger trawlers can moor. "
        "Skippers of small fishing boats fear for their places at the quay. Dredging would start "
        "after the herring season.",
    ),
    (
        "vaccine-1",
        "Trial of malaria vaccine protects children",
        "A malaria vaccine protected three children in four during a trial in Burkina Faso. "
        "Researchers gave the injections before the rainy season, when mosquitoes breed. Doctors "
        "saw no serious side effects. Regulators will study the trial this autumn.",
    ),
    (
        "vaccine-2",
        "Regulators approve malaria vaccine",
        "Regulators have approved the malaria vaccine that researchers tested in Burkina Faso. "
        "Clinics will receive the first injections before mosquitoes breed. Children under "
        "three come first, doctors said.",
    ),
    (
        "vaccine-3",
        "Mosquitoes resist insecticide on bed nets",
        "Mosquitoes that spread malaria no longer die from the insecticide on bed nets. "
        "Researchers found resistant mosquitoes in Burkina Faso and Mali. Doctors put their hope "
        "in the vaccine for children.",
    ),
    (
        "chess-1",
        "Teenager wins national chess championship",
        "Amira Haddad, fifteen, won the national chess championship with a rook endgame of "
        "ninety moves. The grandmaster she beat resigned shortly before midnight. Her coach "
        "called the endgame flawless. The championship is held every spring.",
    ),
    (
        "chess-2",
        "How Haddad's rook endgame was won",
        "The endgame of the championship will be in chess books. Haddad gave up a pawn to free "
        "her rook, and the grandmaster could not stop it. Her coach had practised such rook "
        "endgames with her all winter.",
    ),
    (
        "chess-3",
        "Grandmaster retires from tournament chess",
        "The grandmaster who lost to Amira Haddad retires from tournament chess. He won the "
        "national championship six times. He wants to coach young players and write about "
        "endgames.",
    ),
    (
        "solar-1",
        "Village stores solar power in old car batteries",
        "A village in the hills stores the electricity of its solar panels in old car batteries. "
        "The batteries light the school after sunset. Engineers check each battery for faults. "
        "Diesel for the generator cost the village more than the panels.",
    ),
    (
        "solar-2",
        "Solar panels get cheaper for the third time",
        "The price of solar panels has fallen again, engineers report. Batteries to store the "
        "electricity get cheaper too. Villages without a grid replace their diesel generators "
        "with panels.",
    ),
    (
        "solar-3",
        "Grid operator pays homes for battery power",
        "Homes with solar panels and a battery can sell electricity to the grid in the evening. "
        "The grid operator pays more after sunset. Engineers expect that fewer diesel generators "
        "will run in winter.",
    ),
)
