"""Invented stories that stand beneath an article which they have nothing to do with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    headline: str
    paragraphs: tuple[str, ...]


# long: a pool of texts
POOL = (
    Story(
        "French village reopens its bakery as a cooperative after two years",
        (
            "SAINT-ORVAN - A village of 340 people in the hills of southern France got its bakery back on Saturday, two years after the last baker retired and nobody "
            "wanted his ovens. Ninety-one households bought shares of 50 euros each, enough to repair the chimney and to pay a baker for the first six months. "
            '"We had been driving eleven kilometres for a baguette," said Solène Marchadier, who keeps the accounts. The cooperative bakes on five days a week '
            "and sells what is left to the school canteen. The regional council has promised a grant if the shop still stands next spring. Four other villages have asked for its statutes.",
        ),
    ),
    Story(
        "Norway counts a record number of reindeer crossings on mountain railway",
        (
            "OSLO - Drivers on Norway's highest railway stopped for reindeer 412 times last winter, more than in any year since the log began, the track authority said on Friday. "
            "Warmer autumns leave ice under the snow, and the herds come down to the line, where the wind has cleared the moss. Trains lost nine minutes a day on average. "
            "The authority wants to test sound posts that imitate the clatter of skis. Herders doubt that it will work. A fence would cost 70 million kroner and cut two migration routes.",
        ),
    ),
    Story(
        "Beekeeper wins six-year dispute over hives in UK court",
        (
            "LONDON - A judge in northern England ruled on Tuesday that eleven beehives may stay at the bottom of a garden, ending a quarrel between neighbours that had lasted six years.",
            "Harriet Oakenshaw, 61, had been asked to move the hives because the bees drank from a swimming pool next door. The court heard from two entomologists and visited the pool.",
            "In a ruling of 44 pages, Judge Rowland Tyce found that bees could not be owned in flight. The neighbour, who was ordered to pay costs, said he would consider an appeal. NORTHERN WIRE",
        ),
    ),
    Story(
        "Chess club for night-shift nurses draws players from three hospitals",
        (
            "Nurses who finish work at six in the morning have been meeting in a café beside the tram depot in Graz to play chess before they go to bed. "
            "The club began with four players and a borrowed board; it now has 57 members from three hospitals and a ladder that is chalked on the wall. "
            '"Nobody can sleep at once after a night like that," said Ottilie Brandauer, who founded it. Games are limited to fifteen minutes, and whoever loses buys the rolls. '
            "In May the club beat the university's second team, whose players had been up all night as well.",
        ),
    ),
    Story(
        "Museum finds missing ledger behind organ pipes",
        (
            "A ledger that a textile museum in Ghent had listed as lost since 1952 has turned up behind the pipes of an organ in the building's former chapel, where a tuner noticed its spine.",
            "The volume records every bolt of linen that left the weaving hall between 1871 and 1880, with samples of cloth pinned to the margins. Curators said that the colours had hardly faded.",
            "Visitors can see it from November. The tuner, who asked not to be named, has been given a season ticket.",
        ),
    ),
    Story(
        "Ferry crews in Tasmania rescue drifting weather balloon",
        (
            "HOBART - The crew of a car ferry off Tasmania interrupted a crossing on Sunday to fish a weather balloon out of the strait, the operator said. "
            "The balloon had been released 900 kilometres to the west and should have burst over land. Its instruments were still sending. "
            "First mate Corwin Adleigh caught the parachute with a boathook at the third attempt while 112 passengers watched from the rail. "
            "The meteorological office thanked the crew and asked whether they could do it again: a second balloon is expected to come down nearby on Thursday.",
        ),
    ),
    Story(
        "Argentine students build telescope from bus windscreens",
        (
            "CORDOBA (Argentina) - Eleven students of a technical school have ground the mirror of a telescope from the windscreens of scrapped city buses, and on Wednesday night they pointed it at Saturn for the first time. "
            "The glass was laminated, which their teacher had told them would make it useless. It took them fourteen months to find out how to part the layers without a crack. "
            '"You could see the rings, a little smeared, like something left out in the rain," said Milagros Etcheverry, 17. The school plans open evenings every second Friday. UNION/REUTERS',
        ),
    ),
    Story(
        "Tax office returns 1.2 million crowns after typing error",
        (
            "PRAGUE - A tax office in eastern Bohemia has paid back 1.2 million crowns to a maker of wooden toys whose bill had been multiplied by a hundred because of a misplaced comma.",
            "The company, which employs nine people, had begun to sell its lathes when an auditor on holiday noticed the mistake in a newspaper photograph of the bill.",
            "The office apologised and has ordered software that shows amounts in words. The lathes have been bought back.",
        ),
    ),
    Story(
        "Icelandic town votes to keep its only traffic light",
        (
            "REYKJAVIK - Residents of a fishing town in the Westfjords voted by 211 to 186 on Saturday to keep the only traffic light within 160 kilometres, although the road that it guarded was closed in spring. "
            "Driving pupils need it for their test, and the school uses it to teach first graders. Opponents had argued that its bulb costs more than the town's library tickets bring in. "
            "The council will now move it to the harbour, where it is to tell forklift drivers when the ice truck is reversing.",
        ),
    ),
    Story(
        "Opera house in Valparaiso sells costumes by weight",
        (
            "VALPARAISO - Queues reached round two corners on Saturday when the opera house of Valparaiso sold 4,000 costumes by weight, at the price of good coffee. "
            "Wardrobe mistress Fernanda Izaguirre said that the moths had forced her hand. Helmets were the most expensive, feathers nearly free. A school bought the whole of a chorus of gondoliers. "
            "The money goes into a new roof for the rehearsal stage, whose buckets had become part of the percussion.",
        ),
    ),
)
