"""How far each mailbox of the demo firm has come: invited, refused, cancelled, active. Times are UTC."""

from __future__ import annotations

from tui_portal.demo.shapes import (
    ADMIN,
    EMMA,
    OWNER,
    Invited,
    active,
    failed,
    queued,
    resent,
    sent,
    withdrawn,
)

_GREYLISTED = "451 4.7.1 <{address}>: Recipient address rejected: Greylisted, try again later"
_UNKNOWN = "550 5.1.1 <{address}>: Recipient address rejected: User unknown in local recipient table"

# The newest last. A mailbox that is not here was never invited.
STORIES: dict[str, tuple[Invited, ...]] = {
    "katrin@adler-apotheke.example": (active("2019-01-14 09:32", "2019-01-14 18:05", "2026-11-12 08:41", OWNER),),
    "renate.vogt@kontor-vogt.example": (active("2019-01-14 09:32", "2019-01-15 07:50", "2026-11-12 11:16", OWNER),),
    "helene.aubert@courriel.example": (active("2019-02-04 10:48", "2019-02-06 20:11", "2026-11-10 19:27", ADMIN),),
    "heiko@baeckerei-bruenjes.example": (active("2019-02-11 09:02", "2019-02-14 04:40", "2026-10-28 03:58", ADMIN),),
    "jose.alvarez@correo.example": (sent("2026-11-03 10:12", ADMIN),),
    "familie.becker@posthaus.example": (active("2019-03-18 15:44", "2019-03-23 16:30", "2026-11-08 17:52", EMMA),),
    "sean@obrien-sons.example": (active("2019-04-02 09:25", "2019-04-02 12:13", "2026-11-11 16:03", OWNER),),
    "aoife@obrien-sons.example": (sent("2026-11-10 15:38", "sean@obrien-sons.example"),),
    "carla.dangelo@mailbox.example": (sent("2026-09-14 13:05", ADMIN),),
    "marco@rosso.example": (failed("2026-11-09 10:40", EMMA, "554 5.7.1 Message refused by the policy of rosso.example"),),
    "walter.smith@mailbox.example": (active("2019-07-15 13:52", "2019-07-18 14:20", "2026-07-02 15:08", OWNER),),
    "trustee@smith-trust.example": (active("2019-07-15 13:52", "2019-07-15 16:44", "2026-11-12 06:19", OWNER),),
    "grace.holloway@mailbox.example": (
        sent("2026-11-11 14:20", OWNER, "Dear Grace,\nyour father asked us to let you see the trust's papers.\nOlga"),
    ),
    "tessa.tester@hansen-partner.example": (active("2019-01-07 08:50", "2019-01-07 08:58", "2026-11-11 09:00", OWNER),),
    "yukiko.yamamoto@yubin.example": (active("2019-09-02 09:55", "2019-09-04 12:31", "2026-11-01 11:40", ADMIN),),
    "t.weber@weber-metallbau.example": (active("2019-10-07 08:44", "2019-10-07 17:15", "2026-11-09 16:49", ADMIN),),
    "h.lorenz@kontor-lorenz.example": (active("2019-10-07 08:45", "2019-10-08 09:30", "2025-11-20 10:22", ADMIN),),
    "emily.clarke@mailbox.example": (active("2019-11-11 12:33", "2019-11-17 21:04", "2026-08-30 20:16", EMMA),),
    "eclarke@blueheron-media.example": (active("2023-08-14 16:45", "2023-08-15 08:02", "2026-11-06 13:37", EMMA),),
    "hanh.nguyen@mailbox.example": (queued("2026-11-12 11:50", ADMIN, _GREYLISTED, 2, "2026-11-12 12:05"),),
    "dieter.mueller@mueller-spedition.example": (active("2020-02-03 09:31", "2020-02-03 13:20", "2026-11-12 07:31", OWNER),),
    "lisa@mueller-spedition.example": (active("2020-02-03 09:31", "2020-02-05 08:12", "2026-11-11 14:55", OWNER),),
    "the.martins@mailbox.example": (active("2020-02-17 17:48", "2020-02-22 15:09", "2026-10-31 18:22", ADMIN),),
    "lars@petersen.example": (active("2020-05-04 12:01", "2020-05-11 19:35", "2025-11-13 20:47", EMMA),),
    "francois.lefevre@courriel.example": (active("2020-06-22 10:20", "2020-06-24 21:16", "2026-10-19 20:30", ADMIN),),
    "f.lefevre@lefevre-associes.example": (active("2020-06-22 10:24", "2020-06-22 15:41", "2026-11-11 17:05", ADMIN),),
    "i.caron@lefevre-associes.example": (
        resent("2026-11-02 09:06", "2026-11-12 11:42", ADMIN, _GREYLISTED, 3, "2026-11-12 12:17"),
    ),
    "rosa@panaderia-laespiga.example": (active("2020-08-31 08:55", "2020-09-03 14:02", "2026-11-07 05:33", ADMIN),),
    "toni@panaderia-laespiga.example": (sent("2026-11-05 11:28", ADMIN),),
    "sakurai@sakurai-mfg.example": (active("2020-09-14 09:22", "2020-09-15 00:47", "2026-11-12 01:12", OWNER),),
    "keiri@sakurai-mfg.example": (active("2020-09-14 09:22", "2020-09-15 02:30", "2026-11-12 02:55", OWNER),),
    "kenichi.sato@yubin.example": (active("2020-10-05 13:24", "2020-10-10 11:58", "2026-05-17 10:09", ADMIN),),
    "hannah@greenfield-farms.example": (active("2020-11-16 15:36", "2020-11-19 02:14", "2026-11-04 22:40", ADMIN),),
    "luis@greenfield-farms.example": (sent("2026-10-20 16:02", "hannah@greenfield-farms.example"),),
    "margaret@harper-lowe.example": (active("2021-01-11 09:44", "2021-01-11 14:19", "2026-11-12 10:02", OWNER),),
    "ben@harper-lowe.example": (active("2021-01-11 09:44", "2021-01-13 16:05", "2026-11-09 21:31", OWNER),),
    "f.brandenstein@baukultur-nord.example": (active("2021-02-22 14:26", "2021-03-01 10:37", "2026-03-30 09:45", ADMIN),),
    "ingrid@sorensen.example": (withdrawn("2026-10-26 10:17", "2026-10-29 08:35", ADMIN),),
    "elodie@dupont.example": (
        sent("2026-11-12 09:40", OWNER, "Bonjour Élodie,\nvoici l'accès dont nous avons parlé au téléphone.\nOlga"),
    ),
    "old@dupont.example": (active("2021-04-06 09:41", "2021-04-08 18:25", "2026-10-03 17:10", OWNER),),
    "adebayo@olaniyan.example": (active("2021-05-10 17:02", "2021-05-12 20:50", "2026-06-11 19:34", ADMIN),),
    "schaefer@schaefer-zahntechnik.example": (active("2021-06-14 09:12", "2021-06-14 12:48", "2026-11-10 07:26", ADMIN),),
    "juergen.schaefer@posthaus.example": (sent("2026-11-09 14:31", ADMIN),),
    "hernan@penahermanos.example": (active("2021-08-02 12:27", "2021-08-06 10:10", "2026-09-22 11:51", ADMIN),),
    "lucia.pena@correo.example": (active("2021-08-02 12:41", "2021-08-02 21:29", "2026-11-05 22:03", ADMIN),),
    "bob@thompson-plumbing.example": (active("2021-10-11 15:09", "2021-10-14 01:33", "2026-08-13 02:20", ADMIN),),
    "payroll@thompson-plumbing.example": (active("2021-10-11 15:09", "2021-10-11 19:47", "2026-11-11 20:38", ADMIN),),
    "bob.thompson@mailbox.example": (sent("2026-10-05 15:22", ADMIN),),
    "denise@bright-minds.example": (active("2022-01-17 10:49", "2022-01-17 13:55", "2026-10-14 09:17", OWNER),),
    "treasurer@bright-minds.example": (sent("2026-11-12 08:15", OWNER),),
    "wilhelm@gross.example": (active("2022-02-07 10:18", "2022-02-13 15:40", "2026-01-25 16:21", ADMIN),),
    "etienne@bellerive.example": (active("2022-03-21 13:31", "2022-03-21 13:40", "2026-11-03 08:48", ADMIN),),
    "f.jessen@nordlicht-yacht.example": (active("2022-04-25 09:06", "2022-04-27 11:23", "2026-10-22 14:12", EMMA),),
    "arjun@patel-pharmacy.example": (active("2022-05-30 10:42", "2022-05-31 18:16", "2026-11-12 09:54", ADMIN),),
    "priya@patel-pharmacy.example": (sent("2026-10-31 10:05", ADMIN, opened="2026-10-31 19:22"),),
    "patel.family@mailbox.example": (active("2022-05-30 11:00", "2022-06-04 19:08", "2026-09-06 20:45", ADMIN),),
    "suzuki@suzuki-kensetsu.example": (active("2022-07-04 09:51", "2022-07-05 01:36", "2026-11-10 00:28", ADMIN),),
    "yuki@tanaka.example": (active("2022-08-22 14:57", "2022-08-27 05:44", "2026-04-12 06:11", ADMIN),),
    "executor@fitzgerald.example": (sent("2026-11-04 11:46", OWNER),),
    "direktion@hotel-seeblick.example": (active("2022-11-14 09:50", "2022-11-14 11:32", "2026-11-12 05:57", ADMIN),),
    "a.hollmann@hotel-seeblick.example": (active("2022-11-14 09:50", "2022-11-20 20:18", "2026-02-15 19:03", ADMIN),),
    "jb.ndiaye@courriel.example": (
        withdrawn("2026-10-12 16:08", "2026-10-13 09:00", EMMA),
        sent("2026-11-06 09:33", EMMA),
    ),
    "knut@olsen-fisch.example": (active("2023-03-06 08:43", "2023-03-09 06:25", "2026-04-14 05:40", ADMIN),),
    "mercedes.ortiz@correo.example": (active("2023-04-17 13:02", "2023-04-19 20:39", "2026-11-02 21:15", ADMIN),),
    "direccion@ortiz-textiles.example": (active("2023-04-17 13:20", "2023-04-18 08:51", "2026-11-11 10:44", ADMIN),),
    "nbrooks@blueheron-media.example": (active("2023-08-14 16:45", "2023-08-14 20:07", "2026-10-09 18:29", EMMA),),
    "anja.kroeger@posthaus.example": (active("2023-10-09 10:14", "2023-10-11 19:22", "2026-11-11 21:06", ADMIN),),
    "empfang@praxis-kroeger.local": (sent("2026-11-07 10:38", ADMIN),),
    "lindqvist@praxis-kroeger.example": (active("2023-10-09 10:36", "2023-10-10 12:03", "2026-07-28 12:50", ADMIN),),
    "g.ostermann@vereinigte-holzwerke.example": (active("2024-02-26 09:27", "2024-02-26 10:15", "2026-11-12 09:08", OWNER),),
    "vorstand@vereinigte-holzwerke.example": (active("2024-02-26 09:27", "2024-02-28 15:56", "2025-12-19 13:42", OWNER),),
    "revision@vereinigte-holzwerke.example": (sent("2026-11-11 13:14", OWNER),),
    "gloria@sunset-motel.example": (active("2019-08-19 10:49", "2019-08-24 18:33", "2023-04-11 17:00", ADMIN),),
    "hp.schmitt@posthaus.example": (active("2020-04-13 09:38", "2020-04-20 10:21", "2024-01-09 11:12", ADMIN),),
    "odile@imprimerie-vasseur.example": (withdrawn("2024-12-02 14:30", "2024-12-16 08:20", ADMIN),),
    "svenja@gruener-daumen.example": (active("2025-03-03 08:50", "2025-03-03 09:26", "2026-11-12 11:47", ADMIN),),
    "taro@yamada.example": (failed("2026-11-10 09:26", ADMIN, _UNKNOWN),),
    "juergen@gross.example": (sent("2026-11-03 09:52", OWNER),),
}  # fmt: skip

# Refused for good by the receiving server.
BOUNCING = ("taro@yamada.example",)

# Who wanted no more mail, and since when.
SUPPRESSED = {"office@greenfield-farms.example": "2026-06-15 10:20"}

# Addresses that were changed after their user had activated, and where that stands: contact, old, new, since when, by whom.
CHANGES = (("dupont.elodie", "old@dupont.example", "elodie@dupont.example", "2026-11-12 09:38", OWNER),)

# Whom clients want to have let in, on which staff have still to decide: who asks, for which account, whom, what they wrote, when.
REQUESTS = (
    (
        "lisa@mueller-spedition.example", 16, "Jonas Müller", "jonas@mueller-spedition.example", "de",
        "Mein Sohn übernimmt zum Jahresende die Buchhaltung.", "2026-11-11 15:06",
    ),
)  # fmt: skip

# When LOGIN was switched on for those who have not been invited.
GRANTED = {
    "test@hansen-partner.example": "2026-10-07 08:10",
    "misaki.sato@yubin.example": "2026-11-09 09:18",
    "maggie.harper@mailbox.example": "2026-11-11 10:31",
    "zoe@dupont.example": "2026-11-12 09:38",
    "soumu@suzuki-kensetsu.example": "2026-10-30 09:44",
    "contabilidad@ortiz-textiles.example": "2026-11-05 12:26",
}
