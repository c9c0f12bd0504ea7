"""Words that believable clients are made of, a set for each of the countries they come from.

A word that is not written in ASCII letters is spelled for addresses by `ascii_of`; Japanese ones bring their reading along,
`佐藤/sato`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "ł": "l", "ñ": "n", "đ": "d"}
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is shown, and as it is spelled in an address."""

    shown: str
    ascii: str


@dataclass(frozen=True, slots=True)
class Country:
    """Where a client comes from. `person`, `family`, `companies` and `others` are patterns with `{first}`, `{second}`, `{last}`, `{trade}`,
    `{town}` and `{form}` in them.
    """

    share: int  # of a hundred clients
    language: str
    person: str
    family: str
    first: tuple[Word, ...]
    last: tuple[Word, ...]
    trades: tuple[Word, ...]
    towns: tuple[Word, ...]
    forms: tuple[str, ...]
    companies: tuple[str, ...]
    others: tuple[str, ...]
    providers: tuple[str, ...]
    offices: tuple[str, ...]


def ascii_of(text: str) -> str:
    """`text` in the letters of a host name: `Groß & Söhne` is `gross-soehne`."""
    spelled = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    kept = "".join(c if c.isascii() and c.isalnum() else "-" if c in " -&.,/" else "" for c in spelled)
    return "-".join(part for part in kept.split("-") if part)


def _words(text: str) -> tuple[Word, ...]:
    """The words between `|` or, where there is none, between spaces."""
    found = [part.strip() for part in text.split("|")] if "|" in text else text.split()
    return tuple(Word(*part.split("/")) if "/" in part else Word(part, ascii_of(part)) for part in found)


GERMAN = Country(
    share=44,
    language="de",
    person="{first} {last}",
    family="Familie {last}",
    first=_words("""
        Anna Andreas Angelika Anja Annette Arne Astrid Axel Barbara Beate Bernd Birgit Björn Britta Carsten Christa Christian
        Christine Claudia Clemens Cornelia Daniel Daniela Detlef Dirk Dorothea Elke Emil Erika Eva Fabian Felix Finn Florian
        Frank Franziska Friederike Gabriele Georg Gerd Gisela Greta Günter Hanna Hannes Harald Heike Helga Helmut Henning Holger
        Ilse Ines Inge Ingo Jan Jana Jasmin Joachim Johanna Jonas Jörg Julia Jutta Kai Karin Karl Karsten Katharina Katja Kirsten
        Klaus Konrad Lara Laura Lea Lena Leonie Lukas Lutz Manfred Manuela Maren Maria Marion Markus Martina Mats Matthias Max
        Meike Michael Mia Moritz Monika Nadine Nele Nicole Niklas Nils Norbert Oliver Paul Petra Philipp Rainer Ralf Regina
        Rolf Rüdiger Sabine Sandra Silke Simone Sonja Stefanie Sven Svenja Tanja Tim Tobias Torsten Udo Ulrich Ulrike Ursula Uwe
        Vera Volker Werner Wiebke Wolfgang Yvonne"""),
    last=_words("""
        Ahlers Ahrens Albers Arndt Bauer Baumann Beck Behrens Berger Bergmann Böhm Böttcher Brandt Braun Brinkmann Busch Carstens
        Clausen Dietrich Dittmann Ebert Eggers Engel Ernst Fischer Franke Friedrich Fuchs Gerlach Graf Haase Hartmann
        Heinrich Henke Hermann Hinrichs Hoffmann Horn Huber Jacobsen Jahn Janssen Jensen Jürgens Kaiser Keller Kiesewetter
        Klein Koch Köhler König Krause Kröger Krüger Kruse Kuhn Lange Lehmann Lorenzen Ludwig Lüders Maier Martens Meyer Möller
        Moritz Nissen Oehlert Ohlsen Otto Pahl Paulsen Peters Petersen Pfeiffer Pohl Quast Rathje Reimers Richter Rohwer Roth
        Sander Sauer Schmidt Schneider Scholz Schröder Schubert Schulte Schulz Schumacher Schwarz Seidel Simon Sommer Stahl
        Stein Thiel Thomsen Timm Uhlig Vogel Voß Wagner Walter Wegner Werner Wiese Winkler Winter Witt Wolf Wulff Ziegler
        Zimmermann"""),
    trades=_words("""
        Autohaus|Bau|Baustoffe|Bedachungen|Bestattungen|Buchhandlung|Bootsbau|Dachdeckerei|Druckerei|Elektrotechnik|Entsorgung
        |Fahrschule|Feinkost|Fensterbau|Fliesen|Floristik|Gartenbau|Gebäudereinigung|Gerüstbau|Getränke|Haustechnik|Holzbau|Immobilien
        |Ingenieurbüro|Kältetechnik|Kfz-Technik|Küchenstudio|Landtechnik|Logistik|Malerbetrieb|Maschinenbau|Medizintechnik|Metallbau
        |Möbel|Optik|Pflegedienst|Raumausstattung|Sanitär|Schiffsausrüstung|Schlosserei|Softwarehaus|Spedition|Stahlhandel
        |Steuerungstechnik|Tiefbau|Tischlerei|Umwelttechnik|Verlag|Werbetechnik|Zimmerei"""),
    towns=_words("""
        Ahrensburg|Altona|Apenrade|Bergedorf|Bremen|Buxtehude|Cuxhaven|Eckernförde|Eutin|Flensburg|Glückstadt|Harburg|Heide|Husum
        |Itzehoe|Kappeln|Kiel|Lübeck|Lüneburg|Neumünster|Niebüll|Plön|Ratzeburg|Rendsburg|Schleswig|Stade|Stralsund|Wedel|Wismar"""),
    forms=("GmbH", "GmbH", "GmbH & Co. KG", "KG", "OHG", "e.K.", "AG", "UG (haftungsbeschränkt)"),
    companies=(
        "{last} {trade} {form}",
        "{trade} {last} {form}",
        "{trade} {town} {form}",
        "{last} & {second} {trade} {form}",
        "{last} & Söhne {trade} {form}",
        "{trade} {last} {town} {form}",
    ),
    others=("Erbengemeinschaft {last}", "{last} {town} Stiftung", "Kleingartenverein {town} e.V."),
    providers=("posthaus.example", "briefkasten.example", "nordnetz.example"),
    offices=("buchhaltung", "info", "kontakt", "rechnung", "personal", "empfang"),
)

ENGLISH = Country(
    share=21,
    language="en",
    person="{first} {last}",
    family="The {last} Family",
    first=_words("""
        Aaron Abigail Adam Alan Alice Amanda Amelia Andrew Angela Anthony Arthur Audrey Barbara Benjamin Beth Brian Bridget
        Carol Catherine Charles Charlotte Chloe Christopher Colin Cynthia Daniel Deborah Dennis Diana Donald Dorothy Douglas
        Edward Eleanor Elizabeth Ella Emma Eric Ethan Evelyn Fiona Frances Gareth George Grace Graham Hannah Harriet Harry
        Hazel Heather Henry Holly Ian Imogen Isabel Jack Jacob James Jane Jason Jennifer Jessica Joan Joseph Joshua Judith
        Karen Kevin Laura Leah Lewis Linda Louise Lucy Marcus Martha Matthew Megan Michelle Nathan Neil Nicholas Nora Olivia
        Owen Pamela Patrick Peter Philip Rachel Rebecca Richard Roger Rosemary Ruth Samuel Sarah Scott Simon Sophie Stephen
        Susan Thomas Timothy Valerie Victoria Vincent Violet William"""),
    last=_words("""
        Abbott Adams Allen Anderson Armstrong Atkinson Bailey Baker Barnes Bell Bennett Brooks Brown Burke Butler Campbell
        Carter Chapman Clark Coleman Collins Cooper Cox Davies Dawson Dixon Douglas Edwards Ellis Evans Fisher Fletcher
        Foster Fraser Gallagher Gibson Graham Grant Gray Green Griffiths Hall Hamilton Harris Harrison Hart Hayes Henderson
        Hill Holmes Hughes Hunt Jackson James Jenkins Johnson Johnston Kelly Kennedy Knight Lawson Lewis Lloyd Marshall Mason
        MacDonald McCarthy Miller Mills Mitchell Moore Morgan Morris Murphy Murray O'Connor O'Neill Owen Palmer Parker Perry
        Phillips Powell Price Reid Reynolds Richards Roberts Robinson Rogers Rose Ross Russell Ryan Saunders Scott Shaw
        Simpson Spencer Stevens Stewart Sullivan Taylor Turner Walker Wallace Walsh Ward Watson Webb Wells White Wilkinson
        Williams Wood Wright Young"""),
    trades=_words("""
        Advertising|Antiques|Architects|Auto Repair|Bakery|Bicycles|Books|Brewing|Builders|Candles|Catering|Ceramics|Cleaning
        |Coffee Roasters|Construction|Consulting|Dental Care|Electrical|Engineering|Events|Farms|Fitness|Flooring|Flowers|Foods
        |Furniture|Garage|Hardware|Heating|Home Care|Interiors|Joinery|Landscaping|Logistics|Marine|Media|Motors|Nurseries
        |Opticians|Outfitters|Photography|Plastics|Printing|Properties|Roofing|Security|Software|Surveyors|Textiles|Travel"""),
    towns=_words("""
        Abingdon|Ashford|Bath|Boston|Bristol|Burlington|Cambridge|Chester|Concord|Dover|Durham|Exeter|Fairfield|Galway|Greenwich
        |Harrogate|Kingston|Lancaster|Lexington|Lincoln|Malvern|Newport|Oxford|Portland|Richmond|Salem|Stamford|Windsor|York"""),
    forms=("Ltd", "Ltd", "LLC", "LLC", "Inc.", "LLP", "PLC"),
    companies=(
        "{last} {trade} {form}",
        "{last} & {second} {trade} {form}",
        "{town} {trade} {form}",
        "{last} & Sons {trade} {form}",
        "{first} {last} {trade} {form}",
        "{last} {trade} of {town} {form}",
    ),
    others=("{last} Family Trust", "Estate of {first} {last}", "{town} {trade} Association"),
    providers=("mailbox.example", "postoffice.example", "inbox-mail.example"),
    offices=("accounts", "office", "info", "payroll", "admin", "finance"),
)

FRENCH = Country(
    share=14,
    language="fr",
    person="{first} {last}",
    family="Famille {last}",
    first=_words("""
        Adèle Agnès Alain Alice André Antoine Arnaud Aurélie Béatrice Benoît Bernard Brigitte Camille Cécile Céline Chantal Charles
        Chloé Christelle Christophe Clément Corinne Damien Delphine Denis Didier Dominique Édouard Élise Émilie Éric Estelle Étienne
        Fabienne Fabrice Florence Françoise Frédéric Gaëlle Gérard Gilles Guillaume Hélène Henri Hugo Isabelle Jacques Jérôme Julien
        Juliette Laurence Laurent Léa Loïc Louise Lucie Madeleine Manon Marc Marguerite Marion Mathieu Maxime Mélanie Michel
        Monique Nadine Nathalie Nicolas Noémie Odette Olivier Pascal Patrice Pauline Philippe Pierre Quentin Raphaël Régis Rémi
        Renée Romain Sabine Sébastien Solène Sophie Stéphane Sylvie Théo Thérèse Thierry Valérie Véronique Vincent Virginie Xavier
        Yann Yves"""),
    last=_words("""
        Allard Aubry Barbier Baron Bénard Berger Bertrand Besson Blanchard Bonnet Boucher Bourgeois Boyer Brun Carpentier
        Chevalier Clément Colin Collet Cordier Coste Daniel David Delacroix Delorme Denis Deschamps Dufour Dumas Dupuis Duval
        Étienne Fabre Faure Fleury Fontaine Fournier Gaillard Garnier Gautier Gérard Girard Guérin Guillot Hamon Hubert
        Jacquet Joly Lacroix Lambert Laurent Leblanc Leclerc Lecomte Lefebvre Leroux Lemaire Lucas Mallet Marchal Martinez
        Masson Mathieu Mercier Meunier Meyer Michel Moreau Morel Morin Moulin Navarro Noël Olivier Perret Perrin Petit Picard
        Prévost Rambaud Renard Rey Richard Rivière Robin Rolland Roussel Royer Sauvage Schmitt Tessier Thévenin Vidal"""),
    trades=_words("""
        Assurances|Ateliers|Boucherie|Boulangerie|Charpente|Chauffage|Chocolaterie|Conseil|Cordonnerie|Couverture|Décoration|Ébénisterie
        |Éditions|Électricité|Épicerie|Ferronnerie|Fleurs|Formation|Fromagerie|Garage|Hôtellerie|Imprimerie|Jardins|Librairie
        |Maçonnerie|Menuiserie|Meubles|Miroiterie|Nettoyage|Optique|Papeterie|Pâtisserie|Paysages|Peinture|Pharmacie|Plomberie
        |Poissonnerie|Pressing|Restauration|Sécurité|Serrurerie|Taxis|Transports|Travaux Publics|Traiteur|Vignobles|Voyages"""),
    towns=_words("""
        Albi|Amiens|Angers|Annecy|Arles|Avignon|Bayonne|Besançon|Béziers|Bourges|Brest|Caen|Cahors|Colmar|Dijon|Dole|Épinal|Laval|Lorient
        |Mâcon|Metz|Nancy|Nevers|Nîmes|Orléans|Pau|Périgueux|Quimper|Rennes|Rodez|Saint-Malo|Sète|Tarbes|Troyes|Vannes|Vichy"""),
    forms=("SARL", "SARL", "SAS", "SASU", "EURL", "SA", "SNC"),
    companies=(
        "{trade} {last} {form}",
        "{trade} {last} & {second} {form}",
        "{trade} de {town} {form}",
        "{last} {trade} {form}",
        "Établissements {last} {form}",
        "{trade} {last} Frères {form}",
    ),
    others=("Succession {last}", "Fondation {last} de {town}", "Association des {trade} de {town}"),
    providers=("courriel.example", "boite-postale.example"),
    offices=("compta", "contact", "accueil", "facturation", "direction"),
)

SPANISH = Country(
    share=11,
    language="es",
    person="{first} {last} {second}",
    family="Familia {last} {second}",
    first=_words("""
        Adriana Alba Alberto Alejandra Alfonso Alicia Álvaro Amparo Andrea Ángel Antonio Beatriz Begoña Belén Blanca Carlos Carmen
        Carolina César Clara Concepción Cristina Daniel David Diego Dolores Eduardo Elena Emilio Enrique Esteban Eva Felipe Fernando
        Francisco Gabriel Gloria Gonzalo Guillermo Héctor Hugo Ignacio Inés Irene Isabel Iván Jaime Javier Jesús Joaquín Jorge
        Josefa Juan Julián Laura Leticia Lourdes Luis Manuel Marcos María Mariano Marta Mateo Miguel Mónica Natalia Nuria Óscar Pablo
        Patricia Pedro Pilar Rafael Raquel Raúl Ricardo Roberto Rocío Rosario Rubén Salvador Santiago Sara Sergio Silvia Sofía Sonia
        Susana Teresa Tomás Vicente Víctor Yolanda"""),
    last=_words("""
        Aguilar Alonso Arias Ávila Ballesteros Benítez Bermúdez Blanco Bravo Caballero Cabrera Calvo Campos Cano Carmona Castillo
        Castro Cortés Crespo Cruz Delgado Díaz Domínguez Durán Escudero Esteban Fernández Ferrer Flores Fuentes Gallardo Gallego García
        Garrido Gil Giménez Gómez González Guerrero Gutiérrez Hernández Herrera Herrero Hidalgo Ibáñez Iglesias Jiménez León Lorenzo
        Lozano Marín Márquez Martín Medina Méndez Molina Montero Mora Morales Moreno Moya Muñoz Navarro Nieto Núñez Ortega Pascual Pastor
        Peña Pérez Prieto Ramírez Ramos Redondo Reyes Rivera Rojas Román Romero Rubio Ruiz Sáez Sánchez Santana Santos Serrano Soto
        Suárez Torres Vargas Vázquez Vega Velasco Vicente Vidal"""),
    trades=_words("""
        Aceites|Alimentación|Almacenes|Asesores|Autocares|Bodegas|Cafetería|Calzados|Carpintería|Cerámicas|Clínica Dental|Conservas
        |Construcciones|Cristalería|Deportes|Electricidad|Embutidos|Excavaciones|Farmacia|Ferretería|Floristería|Fontanería
        |Frutas|Gestión|Gráficas|Hostelería|Imprenta|Inmobiliaria|Jardinería|Joyería|Librería|Limpiezas|Maquinaria|Mármoles
        |Muebles|Óptica|Panadería|Pescados|Pinturas|Reformas|Seguros|Suministros|Talleres|Textiles|Transportes|Viajes"""),
    towns=_words("""
        Albacete|Alcalá|Almería|Ávila|Badajoz|Burgos|Cáceres|Cádiz|Córdoba|Cuenca|Écija|Getafe|Gijón|Granada|Huelva|Huesca|Jaén|Jerez
        |León|Logroño|Lugo|Murcia|Orense|Oviedo|Palencia|Ronda|Segovia|Soria|Teruel|Toledo|Úbeda|Vigo|Vitoria|Zamora"""),
    forms=("S.L.", "S.L.", "S.L.U.", "S.A.", "S.C.", "S. Coop."),
    companies=(
        "{trade} {last} {form}",
        "{trade} {last} y {second} {form}",
        "{trade} de {town} {form}",
        "{last} Hermanos {trade} {form}",
        "{trade} Hijos de {last} {form}",
        "Grupo {last} {second} {form}",
    ),
    others=("Fundación {last}", "Herencia de {first} {last}", "Asociación de {trade} de {town}"),
    providers=("correo.example", "buzon.example"),
    offices=("administracion", "info", "contabilidad", "facturas", "pedidos"),
)

JAPANESE = Country(
    share=10,
    language="ja",
    person="{last} {first}",
    family="{last}家",
    first=_words("""
        葵/aoi 明美/akemi 綾香/ayaka 彩/aya 敦/atsushi 千尋/chihiro 大介/daisuke 大地/daichi 英樹/hideki 恵美/emi 浩/hiroshi 花/hana 春樹/haruki
        陽菜/hina 裕子/yuko 弘樹/hiroki 一郎/ichiro 純/jun 和也/kazuya 健太/kenta 香織/kaori 浩二/koji 久美子/kumiko 京子/kyoko 真由美/mayumi
        美穂/miho 美咲/misaki 直樹/naoki 菜々子/nanako 典子/noriko 亮/ryo 蓮/ren 里奈/rina 涼子/ryoko 聡/satoshi 翔/sho 慎一/shinichi 翔太/shota
        蒼/so 隆/takashi 拓也/takuya 達也/tatsuya 哲也/tetsuya 智子/tomoko 剛/tsuyoshi 翼/tsubasa 陽子/yoko 洋平/yohei 結衣/yui 優/yu 由美/yumi"""),
    last=_words("""
        青木/aoki 阿部/abe 安藤/ando 石井/ishii 石川/ishikawa 伊藤/ito 井上/inoue 今井/imai 上田/ueda 内田/uchida 遠藤/endo 太田/ota 大野/ono
        岡田/okada 小川/ogawa 小野/ono 加藤/kato 金子/kaneko 河野/kono 木村/kimura 工藤/kudo 小島/kojima 後藤/goto 近藤/kondo 斎藤/saito
        坂本/sakamoto 佐々木/sasaki 柴田/shibata 清水/shimizu 杉山/sugiyama 高木/takagi 高橋/takahashi 武田/takeda 田村/tamura 千葉/chiba
        中川/nakagawa 中島/nakajima 中村/nakamura 西村/nishimura 野口/noguchi 橋本/hashimoto 長谷川/hasegawa 原田/harada 林/hayashi
        平野/hirano 福田/fukuda 藤井/fujii 藤原/fujiwara 前田/maeda 増田/masuda 松田/matsuda 丸山/maruyama 三浦/miura 宮崎/miyazaki 村上/murakami
        山口/yamaguchi 山崎/yamazaki 横山/yokoyama 吉田/yoshida 渡辺/watanabe"""),
    trades=_words("""
        印刷/insatsu 運輸/unyu 園芸/engei 音楽教室/ongaku 化学工業/kagaku 楽器/gakki 機械/kikai 金属/kinzoku 建設/kensetsu 工務店/komuten 工業/kogyo
        酒店/saketen 産業/sangyo 歯科医院/shika 自動車/jidosha 書店/shoten 商会/shokai 商事/shoji 食品/shokuhin 水産/suisan 製菓/seika 製作所/seisakusho
        精密/seimitsu 設備/setsubi 倉庫/soko 茶園/chaen 電機/denki 陶器/toki 農園/noen 不動産/fudosan 物産/bussan 紡績/boseki 薬局/yakkyoku
        旅館/ryokan 冷蔵/reizo"""),
    towns=_words("""
        青山/aoyama 旭川/asahikawa 宇治/uji 大津/otsu 小樽/otaru 金沢/kanazawa 鎌倉/kamakura 川越/kawagoe 神戸/kobe 堺/sakai 静岡/shizuoka
        仙台/sendai 高松/takamatsu 長野/nagano 函館/hakodate 弘前/hirosaki 松江/matsue 盛岡/morioka 横浜/yokohama"""),
    forms=("株式会社", "株式会社", "有限会社", "合同会社"),
    companies=("{form}{last}{trade}", "{last}{trade}{form}", "{form}{town}{trade}", "{town}{last}{trade}{form}"),
    others=("{last}財団", "{town}{trade}組合"),
    providers=("yubin.example", "tegami.example"),
    offices=("keiri", "info", "soumu", "jimu"),
)

COUNTRIES = (GERMAN, ENGLISH, FRENCH, SPANISH, JAPANESE)
