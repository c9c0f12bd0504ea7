"""The staff and the clients of Hansen & Partner."""

from __future__ import annotations

from tui_portal.demo.shapes import EMMA, OWNER, Client
from tui_portal.domain.accounts import AccountType

FIRM = "Hansen & Partner"
LANGUAGE = "en"
FOUNDED = "2019-01-07 08:00"

# Login, name, address, role, language, may manage accounts; in the order of their ids. The first is whoever opens the demo.
STAFF = (
    ("olga", "Olga Owner", "olga@hansen-partner.example", "owner", None, 1),
    ("max", "Max Admin", "max@hansen-partner.example", "admin", "de", 1),
    ("emma", "Emma Keller", "emma@hansen-partner.example", "employee", None, 1),
    ("tom", "Tom Nakamura", "tom@hansen-partner.example", "employee", "ja", 0),
)

_INDIVIDUAL, _FAMILY, _COMPANY, _OTHER = AccountType

CLIENTS = (
    Client(1, "Adler Apotheke OHG", _COMPANY, "2019-01-14 09:10", "VAT bookkeeping", {"adler": "LNS ...", "vogt": "LNS"}, keeper=OWNER),
    Client(2, "Hélène Aubert", _INDIVIDUAL, "2019-02-04 10:30", "1040", {"aubert": "L.. .N."}),
    Client(3, "Bäckerei Brünjes e.K.", _COMPANY, "2019-02-11 08:45", "VAT payroll bookkeeping", {"bruenjes": "LN. .N.", "vogt": "LNS .N."}),
    Client(4, "José Álvarez Núñez", _INDIVIDUAL, "2019-03-01 11:05", "1040", {"alvarez": "L.. ..."}),
    Client(5, "Familie Becker", _FAMILY, "2019-03-18 15:20", "1040", {"becker.stefan": "LN.", "becker.ute": "LN."}, keeper=EMMA),
    Client(6, "O'Brien & Sons Ltd.", _COMPANY, "2019-04-02 09:00", "VAT payroll", {"obrien.sean": "LNS .N.", "obrien.aoife": "LN."},
           quiet={"aoife@obrien-sons.example": "approvals proposals"}, keeper=OWNER),
    Client(7, "Carla D’Angelo", _INDIVIDUAL, "2019-05-23 14:15", "1040", {"dangelo": "LN. ..."}),
    Client(8, "[red]Rosso[/red] S.r.l.", _COMPANY, "2019-06-03 10:00", "VAT", {"rosso": "LN.", "rosso.giulia": "..S"}, keeper=EMMA),
    Client(9, "Smith [Trust]", _OTHER, "2019-07-15 13:30", "1041 trust VIP", {"smith": "LNS LN.", "smith.grace": "L.."}, keeper=OWNER),
    Client(10, "Hansen & Partner, test client", _OTHER, "2019-01-07 08:30", "internal", {"tester": "LNS LNS"}, keeper=OWNER, test=True),
    Client(11, "山本 由紀子", _INDIVIDUAL, "2019-09-02 09:30", "1040", {"yamamoto": "LNS ..."}),
    Client(12, "Brasserie du Marché SARL", _COMPANY, "2019-09-16 16:00", "VAT payroll", {"roux": ".N. ...", "marchand": "..."}),
    Client(13, "Weber Metallbau GmbH", _COMPANY, "2019-10-07 08:20", "VAT bookkeeping audit", {"weber": "LN. ...", "weber.jana": ".NS", "vogt": "LNS"},
           unlinked={"h.lorenz@kontor-lorenz.example": "LN."}),
    Client(14, "Emily Clarke", _INDIVIDUAL, "2019-11-11 12:10", "1040", {"clarke": "LN. ..S"}, keeper=EMMA),
    Client(15, "Nguyễn Thị Hạnh", _INDIVIDUAL, "2020-01-20 10:40", "1040", {"hanh": "LN."}),
    Client(16, "Müller & Söhne Spedition GmbH & Co. KG", _COMPANY, "2020-02-03 09:05", "VAT payroll audit VIP",
           {"mueller": "LNS ..S", "mueller.lisa": "LNS"}, quiet={"dieter.mueller@mueller-spedition.example": "organizers"}, keeper=OWNER),
    Client(17, "The Martin Family", _FAMILY, "2020-02-17 17:25", "1040", {"martin.claire": "LN. .N.", "martin.david": "LN. ..."}),
    Client(18, "Café Zürich AG", _COMPANY, "2020-03-09 08:50", "VAT", {"zuercher": ".N. ..S"}),
    Client(19, "Lars Petersen", _INDIVIDUAL, "2020-05-04 11:35", "1040", {"petersen": "... LN."}, keeper=EMMA),
    Client(20, "Kiosk am Hafen", _COMPANY, "2020-06-08 10:15", "", {}),
    Client(21, "François Lefèvre", _INDIVIDUAL, "2020-06-22 09:45", "1040 VIP", {"lefevre": "L.. ..."}),
    Client(22, "Lefèvre & Associés", _COMPANY, "2020-06-22 10:05", "1065", {"lefevre": "LN. LNS", "lefevre.ines": "LN."},
           quiet={"i.caron@lefevre-associes.example": "signature_requests proposals"}),
    Client(23, "Panadería La Espiga S.L.", _COMPANY, "2020-08-31 08:30", "VAT payroll", {"espiga": "LN. .NS", "espiga.toni": "L.."}),
    Client(24, "株式会社桜井製作所", _COMPANY, "2020-09-14 09:00", "1120 audit VIP", {"sakurai": "LNS ...", "sakurai.kikuchi": "LN."}, keeper=OWNER),
    Client(25, "佐藤家", _FAMILY, "2020-10-05 13:00", "1040", {"sato.kenichi": "LN. ..S", "sato.misaki": "LN."}),
    Client(26, "Greenfield Organic Farms LLC", _COMPANY, "2020-11-16 15:10", "1065 payroll", {"greenfield": "LN. .N.", "greenfield.luis": "L.."}),
    Client(27, "Harper & Lowe LLP", _COMPANY, "2021-01-11 09:20", "1065 VIP", {"harper": "LNS ...", "lowe": "LNS", "martin.claire": "... .N."}, keeper=OWNER),
    Client(28, "Margaret Harper", _INDIVIDUAL, "2021-01-11 09:35", "1040 VIP", {"harper": "... LN."}, keeper=OWNER),
    Client(29, "Gesellschaft zur Förderung der norddeutschen Baukultur und Denkmalpflege mbH", _COMPANY, "2021-02-22 14:00", "990 audit",
           {"baukultur": "LN. ..S"}),
    Client(30, "Ingrid Sørensen", _INDIVIDUAL, "2021-03-15 10:50", "1040", {"sorensen": "L.. ..."}),
    Client(31, "Dupont [/SARL]", _COMPANY, "2021-04-06 09:15", "1040", {"dupont.elodie": "LN. ...", "dupont.zoe": "LNS"},
           unlinked={"old@dupont.example": "L.."}, quiet={"elodie@dupont.example": "approvals"}, keeper=OWNER),
    Client(32, "Dupont privé", _FAMILY, "2021-04-06 09:30", "1040", {"dupont.elodie": "L.. ...", "dupont.zoe": ".N."}, keeper=OWNER),
    Client(33, "Adébáyọ̀ Ọláníyan", _INDIVIDUAL, "2021-05-10 16:40", "1040", {"olaniyan": "L.S ..."}),
    Client(34, "Schäfer Zahntechnik GmbH", _COMPANY, "2021-06-14 08:35", "VAT payroll bookkeeping", {"schaefer": "LN. ...", "vogt": "LNS"}),
    Client(35, "Familie Schäfer", _FAMILY, "2021-06-14 08:55", "1040", {"schaefer": "... LN.", "schaefer.monika": "LN."}),
    Client(36, "Peña Hermanos, S.A.", _COMPANY, "2021-08-02 12:00", "1120", {"pena.hernan": "LN. .N.", "pena.lucia": "... .N."}),
    Client(37, "Lucía Peña", _INDIVIDUAL, "2021-08-02 12:20", "1040", {"pena.lucia": "LNS ..."}),
    Client(38, "Kowalski Transport sp. z o.o.", _COMPANY, "2021-09-20 09:40", "VAT", {"kowalski": ".N. ..."}, keeper=EMMA),
    Client(39, "Thompson Plumbing, Inc.", _COMPANY, "2021-10-11 14:45", "1120-S payroll", {"thompson": "LN. ...", "thompson.sue": "LNS"}),
    Client(40, "Robert Thompson", _INDIVIDUAL, "2021-10-11 15:00", "1040", {"thompson": "... LN."}),
    Client(41, "Ana María Rodríguez-García", _INDIVIDUAL, "2021-11-29 11:15", "1040", {"rodriguez": ".N. ..."}),
    Client(42, "Bright Minds Foundation", _OTHER, "2022-01-17 10:25", "990 audit", {"brightminds": "LN. LN."}, keeper=OWNER),
    Client(43, "Wilhelm Groß", _INDIVIDUAL, "2022-02-07 09:55", "1040 VIP", {"gross.wilhelm": "L.. ..."}),
    Client(44, "Étienne de La Tour", _INDIVIDUAL, "2022-03-21 13:20", "1040", {"delatour": "LN. ..S"}),
    Client(45, "Château Bellerive SCEA", _COMPANY, "2022-03-21 13:45", "VAT bookkeeping", {"delatour": "LN. ...", "delatour.maud": ".N."}),
    Client(46, "Nordlicht Yachtcharter GmbH", _COMPANY, "2022-04-25 08:40", "VAT bookkeeping", {"nordlicht": "LN. ..S", "vogt": "LNS"}, keeper=EMMA),
    Client(47, "Patel Pharmacy Ltd", _COMPANY, "2022-05-30 10:10", "VAT payroll", {"patel.arjun": "LNS ...", "patel.priya": "... LN."}),
    Client(48, "Priya & Arjun Patel", _FAMILY, "2022-05-30 10:35", "1040", {"patel.priya": "LN. ...", "patel.arjun": "... LN."}),
    Client(49, "鈴木建設株式会社", _COMPANY, "2022-07-04 09:30", "1120", {"suzuki": "L.. .NS", "suzuki.mori": "LN."}),
    Client(50, "田中 ゆき", _INDIVIDUAL, "2022-08-22 14:30", "1040", {"tanaka": "... LNS"}),
    Client(51, "Estate of Rose Fitzgerald", _OTHER, "2022-10-03 11:00", "706 1041 trust", {"fitzgerald": "... LN."}, keeper=OWNER),
    Client(52, "Hotel Seeblick Betriebsgesellschaft mbH", _COMPANY, "2022-11-14 09:25", "VAT payroll audit", {"seeblick": "LNS LN.", "sorensen": "... ..S"},
           quiet={"a.hollmann@hotel-seeblick.example": "file_uploads signature_requests approvals proposals organizers"}),
    Client(53, "Jean-Baptiste N'Diaye", _INDIVIDUAL, "2023-01-23 15:55", "1040", {"ndiaye": "L.. .N."}, keeper=EMMA),
    Client(54, "Olsen Fisch-Import GmbH", _COMPANY, "2023-03-06 08:15", "VAT customs", {"olsen": "LN.", "olsen.birte": ".NS"}),
    Client(55, "Mercedes Ortiz de Zárate", _INDIVIDUAL, "2023-04-17 12:35", "1040 VIP", {"ortiz.mercedes": "L.S .N."}),
    Client(56, "Ortiz Textiles, S.A.", _COMPANY, "2023-04-17 12:55", "1120 payroll", {"ortiz.mercedes": "... LN.", "ortiz.ramon": "LN."}),
    Client(57, "Łukasz Wójcik", _INDIVIDUAL, "2023-06-05 10:00", "1040", {"wojcik": "..."}),
    Client(58, "Blue Heron Media, Inc.", _COMPANY, "2023-08-14 16:20", "1120-S", {"heron": "LN. .N.", "clarke": "... LN."}, keeper=EMMA),
    Client(59, "Dr. med. Anja Kröger", _INDIVIDUAL, "2023-10-09 09:50", "1040", {"kroeger": "LNS .NS"}),
    Client(60, "Praxis Kröger & Lindqvist", _COMPANY, "2023-10-09 10:10", "1065 payroll", {"kroeger": "... LN.", "lindqvist.maja": "LN. ..."}),
    Client(61, "The Lindqvist Family", _FAMILY, "2024-01-15 13:40", "1040", {"lindqvist.maja": "... .N.", "lindqvist.oskar": ".N."}),
    Client(62, "Vereinigte Holzwerke 1898 AG", _COMPANY, "2024-02-26 09:00", "VAT audit VIP",
           {"holzwerke": "LNS LN.", "holzwerke.audit": "LNS", "becker.stefan": "... ..S"}, keeper=OWNER),
    Client(63, "Sunset Motel", _COMPANY, "2019-08-19 10:20", "1065", {"sunset": "..."}, archived=True),
    Client(64, "Schmitt Erben GbR", _OTHER, "2020-04-13 09:10", "1065", {"schmitt": "L.."}, archived=True),
    Client(65, "Imprimerie Vasseur SARL", _COMPANY, "2020-12-07 14:05", "VAT", {"vasseur": "LN."}, archived=True),
    Client(66, "Ferretería Domínguez", _COMPANY, "2021-07-19 11:45", "VAT", {"dominguez": ".N."}, archived=True),
    Client(67, "Grüner Daumen Gartenbau UG (haftungsbeschränkt)", _COMPANY, "2025-03-03 08:25", "VAT", {"daumen": "L.S ..."}),
    Client(68, 'Quick & "Quicker" Couriers Ltd', _COMPANY, "2025-09-01 10:55", "VAT payroll", {"quick": ".NS ...", "quick.dad": ""},
           unlinked={"bookings@quick-couriers.example": "..S"}),
    Client(69, "山田 太郎", _INDIVIDUAL, "2026-02-09 09:15", "1040", {"yamada.taro": "LN."}),
    Client(70, "山田不動産株式会社", _COMPANY, "2026-02-09 09:35", "1120", {"yamada.taro": "LN."}),
    Client(107, "Groß & Söhne GmbH", _COMPANY, "2026-05-18 08:30", "VAT payroll", {"gross.juergen": "LN."}, keeper=OWNER),
    Client(233, "山田商店", _COMPANY, "2026-09-07 09:45", "VAT", {"yamada.taro": "LN.", "yamada.hanako": "..."}),
)  # fmt: skip

# What the firm begins its personalized messages with.
MESSAGES = (
    ("Welcome", "Welcome to our client portal. You will find your documents there, and you can send us yours.\n\nHansen & Partner"),
    ("Bienvenue", "Bienvenue sur notre portail. Vous y trouverez vos documents et pourrez nous envoyer les vôtres.\n\nHansen & Partner"),
    ("Second try", "You may have missed our first mail: here is a new link. Call us if anything is unclear.\n\nHansen & Partner"),
)  # fmt: skip

# Contacts of no account: prospects.
PROSPECTS = ("albrecht",)
