package sample

import (
	"sort"
	"strings"
)

// holiday is a public holiday on a fixed date.
type holiday struct {
	month, date int
	name        string
}

// officeText is how a locale calls an office of a kind.
type officeText struct{ code, name, city string }

// locale is what makes an imagined country: places, people and firms. No real
// firm is meant; names are put together from parts.
type locale struct {
	country, currency, zone string
	vat                     int // hundredths of a per cent
	weekend                 string
	sixDays                 string
	offices                 []officeText // main port, second port section, airport, land, land, post, then inland ones
	given, family           []string     // ASCII forms in givenASCII, familyASCII for user names
	givenASCII, familyASCII []string
	firmFirst, firmSecond   []string
	brokerKinds, firmKinds  []string
	sections                []string
	exitSection             string
	holidays                []holiday
	easterMonday            string
	reasonsUp, reasonsClear []string
	reasonsEntry            []string
	criteria                string
	conform, notConform     []string
}

var locales = map[string]*locale{
	"en": {
		country: "MW", currency: "MWK", zone: "Africa/Blantyre", vat: 1650, weekend: "1111100", sixDays: "1111110",
		offices: []officeText{
			{"KSB1", "Kestrel Bay Port", "Kestrel Bay"}, {"KSB2", "Kestrel Bay Port, South Quay", "Kestrel Bay"},
			{"HFA1", "Highfield Airport", "Highfield"}, {"MRL1", "Marula Border Post", "Marula"},
			{"TMB1", "Tembo Crossing", "Tembo"}, {"PST1", "Parcel Post Centre", "Highfield"},
			{"RDG1", "Ridgeway Inland Depot", "Ridgeway"},
		},
		given: []string{"Grace", "John", "Mary", "Peter", "Alice", "James", "Ruth", "Daniel", "Esther", "Moses", "Joyce", "Samuel", "Agnes", "David",
			"Lucy", "Patrick", "Naomi", "Francis", "Martha", "Stephen", "Faith", "Brian", "Hope", "Victor", "Linda", "Andrew"},
		family: []string{"Banda", "Okello", "Mwale", "Achieng", "Phiri", "Kato", "Tembo", "Namara", "Chirwa", "Mensah", "Nkosi", "Owusu", "Zulu", "Karanja",
			"Moyo", "Otieno", "Gondwe", "Asante", "Lungu", "Kamau", "Dlamini", "Boateng", "Msiska", "Wanjiru", "Sakala", "Mugisha", "Ndlovu", "Kimani", "Nyirenda", "Adeyemi"},
		firmFirst: []string{"Silver", "Baobab", "Lakeside", "Crane", "Highveld", "Granite", "Acacia", "Savanna", "Coral", "Delta", "Summit", "Harbour", "Ivory", "Copper",
			"Marigold", "Falcon", "Riverside", "Pioneer", "Sunrise", "Heron", "Blue Gate", "Zebra", "Monsoon", "Cedar", "Kopje", "Ebony", "Mirage", "Lantern", "Orchid", "Tamarind"},
		firmSecond: []string{"Trading", "Foods", "Motors", "Hardware", "Textiles", "Pharma", "Electronics", "Agro", "Plastics", "Stationers", "Furniture", "Minerals",
			"Chemicals", "Tools", "Mills", "Packaging", "Cosmetics", "Beverages", "Machinery", "Outfitters", "Paints", "Energy", "Medical", "Tyres"},
		brokerKinds: []string{"Clearing Agents", "Freight Services", "Forwarding Ltd", "Customs Brokers", "Logistics Ltd", "Shipping and Clearing"},
		firmKinds:   []string{"Ltd", "and Sons", "Enterprises", "Group Ltd", "Co.", "Holdings", "Wholesalers", "Stores, Ltd"},
		sections:    []string{"General cargo", "Vehicles and machinery", "Foods and chemicals"}, exitSection: "Exit and gate",
		holidays: []holiday{{1, 1, "New Year's Day"}, {3, 3, "Martyrs' Day"}, {5, 1, "Labour Day"}, {7, 6, "Independence Day"},
			{10, 15, "Mother's Day"}, {12, 25, "Christmas Day"}, {12, 26, "Boxing Day"}},
		easterMonday: "Easter Monday",
		reasonsUp:    []string{"Value looks low for this heading", "Invoice and packing list differ", "Origin to be verified", "Weight differs from manifest", "Information received"},
		reasonsClear: []string{"Documents in order", "Documents verified", "Query answered", "Permit seen"},
		reasonsEntry: []string{"Correction of quantity", "Exchange rate corrected", "Wrong preference claimed", "Freight document came late", "Post clearance audit"},
		criteria:     "CR", conform: []string{"Conform", "Goods as declared", "Seals intact, goods as declared"},
		notConform: []string{"Undervaluation", "Excess quantity found", "Wrong heading", "Origin not proven"},
	},
	"fr": {
		country: "CM", currency: "XAF", zone: "Africa/Douala", vat: 1925, weekend: "1111100", sixDays: "1111110",
		offices: []officeText{
			{"PLM1", "Port-Lumière, bureau principal", "Port-Lumière"}, {"PLM2", "Port-Lumière, quai sud", "Port-Lumière"},
			{"BLR1", "Aéroport de Belleroche", "Belleroche"}, {"GRD1", "Poste frontière de Garanda", "Garanda"},
			{"MBL1", "Poste frontière de Mbélé", "Mbélé"}, {"CPX1", "Centre des colis postaux", "Belleroche"},
			{"SVR1", "Magasin intérieur de Savire", "Savire"},
		},
		given: []string{"Aïcha", "Jean", "Marie", "Paul", "Fatou", "Étienne", "Rose", "Mamadou", "Célestine", "Alain", "Brigitte", "Olivier", "Solange", "Serge",
			"Hélène", "Didier", "Mireille", "Hervé", "Odile", "Gaston", "Clarisse", "Bruno", "Nadège", "Thierry", "Yvette", "Rodrigue"},
		givenASCII: []string{"aicha", "jean", "marie", "paul", "fatou", "etienne", "rose", "mamadou", "celestine", "alain", "brigitte", "olivier", "solange", "serge",
			"helene", "didier", "mireille", "herve", "odile", "gaston", "clarisse", "bruno", "nadege", "thierry", "yvette", "rodrigue"},
		family: []string{"Mbarga", "Diallo", "Nguema", "Traoré", "Essomba", "Rakoto", "Koné", "Ondoa", "Ouédraogo", "Andria", "Fouda", "Sow", "Ngo Biyong", "Bâ",
			"Tchoupo", "Kaboré", "Ravelo", "Abena", "Cissé", "Ekambi", "Zongo", "Mvondo", "Keïta", "Razafy", "Njoya", "Touré", "Owona", "Sylla", "Bekolo", "Hounsou"},
		familyASCII: []string{"mbarga", "diallo", "nguema", "traore", "essomba", "rakoto", "kone", "ondoa", "ouedraogo", "andria", "fouda", "sow", "ngobiyong", "ba",
			"tchoupo", "kabore", "ravelo", "abena", "cisse", "ekambi", "zongo", "mvondo", "keita", "razafy", "njoya", "toure", "owona", "sylla", "bekolo", "hounsou"},
		firmFirst: []string{"Étoile", "Baobab", "Lagune", "Horizon", "Palmier", "Savane", "Corail", "Azur", "Émeraude", "Boréale", "Colombe", "Granit", "Cascade", "Méridien",
			"Perle", "Aurore", "Falaise", "Rivage", "Équateur", "Ébène", "Harmattan", "Alizé", "Moringa", "Iroko", "Gazelle", "Marina", "Oasis", "Topaze", "Vanille", "Karité"},
		firmSecond: []string{"Négoce", "Alimentation", "Automobiles", "Quincaillerie", "Textiles", "Pharmacie", "Électronique", "Agro", "Plastiques", "Papeterie", "Meubles", "Mines",
			"Chimie", "Outillage", "Minoterie", "Emballages", "Cosmétiques", "Boissons", "Machines", "Confection", "Peintures", "Énergie", "Santé", "Pneus"},
		brokerKinds: []string{"Transit", "Commissionnaires", "Déclarants réunis", "Consignation", "Transit et Fret", "Logistique"},
		firmKinds:   []string{"SARL", "SA", "et Fils", "Ets.", "Groupe", "Distribution", "Import-Export", "Comptoir, SARL"},
		sections:    []string{"Marchandises générales", "Véhicules et machines", "Produits alimentaires et chimiques"}, exitSection: "Sorties",
		holidays: []holiday{{1, 1, "Jour de l'an"}, {2, 11, "Fête de la jeunesse"}, {5, 1, "Fête du travail"}, {5, 20, "Fête nationale"},
			{8, 15, "Assomption"}, {12, 25, "Noël"}},
		easterMonday: "Lundi de Pâques",
		reasonsUp:    []string{"Valeur faible pour cette position", "Facture et liste de colisage différentes", "Origine à vérifier", "Poids différent du manifeste", "Renseignement reçu"},
		reasonsClear: []string{"Documents conformes", "Documents vérifiés", "Réponse reçue", "Permis présenté"},
		reasonsEntry: []string{"Quantité corrigée", "Taux de change corrigé", "Préférence indue", "Document de fret tardif", "Contrôle a posteriori"},
		criteria:     "CS", conform: []string{"Conforme", "Marchandise telle que déclarée", "Scellés intacts, conforme"},
		notConform: []string{"Sous-évaluation", "Excédent de quantité", "Fausse espèce", "Origine non prouvée"},
	},
	"ar": {
		country: "TN", currency: "TND", zone: "Africa/Tunis", vat: 1900, weekend: "1111001", sixDays: "1111011",
		offices: []officeText{
			{"SLM1", "ميناء السلام", "السلام"}, {"SLM2", "ميناء السلام، الرصيف الجنوبي", "السلام"},
			{"NUR1", "مطار النور", "النور"}, {"WAD1", "منفذ الوادي", "الوادي"},
			{"JBL1", "منفذ الجبل", "الجبل"}, {"BRD1", "مركز الطرود البريدية", "النور"},
			{"RYD1", "المستودع الداخلي", "الرياض الصغرى"},
		},
		given: []string{"أحمد", "فاطمة", "يوسف", "سارة", "خالد", "ليلى", "عمر", "مريم", "حسن", "نور", "سامي", "هدى", "كريم", "سلمى",
			"طارق", "رنا", "ماجد", "دينا", "وليد", "أمل", "رامي", "هناء", "زياد", "منى", "باسم", "لبنى"},
		givenASCII: []string{"ahmad", "fatima", "yusuf", "sara", "khalid", "layla", "omar", "maryam", "hasan", "nur", "sami", "huda", "karim", "salma",
			"tariq", "rana", "majid", "dina", "walid", "amal", "rami", "hana", "ziad", "muna", "basim", "lubna"},
		family: []string{"الهاشمي", "بن سالم", "المنصوري", "الزهراوي", "القاسمي", "بوعزيز", "النجار", "الحداد", "الطرابلسي", "المصري", "الخطيب", "العمري", "الشريف", "الدوري",
			"السالمي", "الكيلاني", "الفارسي", "الجزائري", "الأندلسي", "البكري", "التميمي", "الرفاعي", "الصالح", "الغزالي", "المغربي", "النابلسي", "بن عمار", "الورفلي", "العبيدي", "الحموي"},
		familyASCII: []string{"hashimi", "bensalem", "mansuri", "zahrawi", "qasimi", "bouaziz", "najjar", "haddad", "trabelsi", "masri", "khatib", "omari", "sharif", "duri",
			"salmi", "kilani", "farsi", "jazairi", "andalusi", "bakri", "tamimi", "rifai", "saleh", "ghazali", "maghribi", "nabulsi", "benammar", "warfalli", "ubaidi", "hamwi"},
		firmFirst: []string{"النخيل", "الياسمين", "الواحة", "الفجر", "اللؤلؤة", "المرجان", "الزيتونة", "السنابل", "الأفق", "الصقر", "الشاطئ", "القمة", "النجمة", "الريحان",
			"الرمال", "البحيرة", "العقيق", "الأرز", "المنارة", "الساحل", "الغزال", "الرواد", "الأمان", "النسيم", "الميزان", "القوافل", "الشروق", "البيلسان", "الفيروز", "الهلال"},
		firmSecond: []string{"للتجارة", "للأغذية", "للسيارات", "للأدوات", "للمنسوجات", "للأدوية", "للإلكترونيات", "للزراعة", "للبلاستيك", "للقرطاسية", "للأثاث", "للمعادن",
			"للكيماويات", "للعدد", "للمطاحن", "للتغليف", "للتجميل", "للمشروبات", "للآلات", "للألبسة", "للدهانات", "للطاقة", "للأجهزة الطبية", "للإطارات"},
		brokerKinds: []string{"للتخليص الجمركي", "لخدمات الشحن", "للنقل والتخليص", "للخدمات اللوجستية", "للشحن والتخليص", "للوساطة الجمركية"},
		firmKinds:   []string{"ش.م.م", "وأولاده", "مؤسسة", "المجموعة", "وشركاؤه", "القابضة", "للجملة", "للتوزيع"},
		sections:    []string{"البضائع العامة", "المركبات والآلات", "الأغذية والكيماويات"}, exitSection: "الخروج",
		holidays:     []holiday{{1, 1, "رأس السنة"}, {1, 14, "عيد الثورة"}, {3, 20, "عيد الاستقلال"}, {5, 1, "عيد العمال"}, {7, 25, "عيد الجمهورية"}},
		reasonsUp:    []string{"القيمة منخفضة لهذا البند", "اختلاف الفاتورة وقائمة التعبئة", "التحقق من المنشأ", "اختلاف الوزن عن البيان", "معلومات واردة"},
		reasonsClear: []string{"المستندات صحيحة", "تم التحقق من المستندات", "ورد الرد", "اطلع على الترخيص"},
		reasonsEntry: []string{"تصحيح الكمية", "تصحيح سعر الصرف", "أفضلية غير مستحقة", "تأخر مستند الشحن", "تدقيق لاحق"},
		criteria:     "CR", conform: []string{"مطابق", "البضاعة كما صرح بها", "الأختام سليمة ومطابق"},
		notConform: []string{"تخفيض القيمة", "زيادة في الكمية", "بند غير صحيح", "منشأ غير مثبت"},
	},
}

// asciiGiven and asciiFamily are the forms that user names are made of.
func (l *locale) asciiGiven(i int) string {
	if l.givenASCII != nil {
		return l.givenASCII[i]
	}
	return strings.ToLower(l.given[i])
}

func (l *locale) asciiFamily(i int) string {
	if l.familyASCII != nil {
		return l.familyASCII[i]
	}
	return strings.ToLower(l.family[i])
}

// usdRates are units of a currency for one US dollar, of about 2025.
var usdRates = map[string]float64{
	"USD": 1, "EUR": 0.92, "GBP": 0.79, "CNY": 7.2, "JPY": 150, "ZAR": 18.5, "INR": 84, "AED": 3.67, "CHF": 0.88,
	"MWK": 1734, "XAF": 604, "XOF": 604, "TND": 3.1, "UGX": 3700, "KES": 129, "TZS": 2600, "GHS": 15, "NGN": 1550, "MAD": 10, "JOD": 0.709,
	"EGP": 48.5, "ZMW": 26.5, "MGA": 4550, "RWF": 1370, "NPR": 134, "LKR": 296, "BDT": 119, "KHR": 4080, "JMD": 157, "XCD": 2.7, "AFN": 70,
	"ALL": 92, "MDL": 18, "GEL": 2.75, "BOB": 6.9, "PYG": 7400, "PHP": 57, "CVE": 101, "DZD": 134, "LBP": 89500, "SDG": 600, "ETB": 118,
	"KRW": 1380, "TRY": 33, "BHD": 0.376, "KWD": 0.307, "OMR": 0.385, "ANG": 1.79, "FJD": 2.25, "PGK": 3.9, "VUV": 119,
}

// exponents are the decimals of currencies that do not have two.
var exponents = map[string]int{
	"XAF": 0, "XOF": 0, "UGX": 0, "RWF": 0, "JPY": 0, "KRW": 0, "PYG": 0, "VUV": 0, "TND": 3, "JOD": 3, "BHD": 3, "KWD": 3, "OMR": 3,
}

// exponentOf gives the number of decimals of a currency.
func exponentOf(currency string) int {
	if e, special := exponents[currency]; special {
		return e
	}
	return 2
}

func knownCurrencies() string {
	codes := make([]string, 0, len(usdRates))
	for code := range usdRates {
		codes = append(codes, code)
	}
	sort.Strings(codes)
	return strings.Join(codes, ", ")
}

// csvText gives a text as a CSV field, quoted where it must be.
func csvText(text string) string {
	if !strings.ContainsAny(text, ",\"\n\r;") {
		return text
	}
	return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
}
