package company

import "strings"

// spelled is a name as its owner writes it and as an e-mail address spells it.
type spelled struct {
	native string
	latin  string
}

// spell finds the Latin spelling of a name from the tables.
func spell(native string) spelled {
	for _, table := range [][]spelled{femaleNames, maleNames, lastNames} {
		for _, name := range table {
			if name.native == native {
				return name
			}
		}
	}
	return spelled{native, strings.ToLower(native)}
}

var femaleNames = []spelled{
	{"Anna", "anna"},
	{"Jördis", "joerdis"},
	{"Zoë", "zoe"},
	{"Renée", "renee"},
	{"Françoise", "francoise"},
	{"Małgorzata", "malgorzata"},
	{"Željka", "zeljka"},
	{"Σοφία", "sofia"},
	{"Ольга", "olga"},
	{"Aylin", "aylin"},
	{"Käthe", "kaethe"},
	{"Birgül", "birguel"},
	{"Ingrid", "ingrid"},
	{"Chloé", "chloe"},
	{"Þórunn", "thorunn"},
	{"Lena", "lena"},
	{"Maja", "maja"},
	{"Hannah", "hannah"},
	{"Mei-Ling", "mei-ling"},
	{"Núria", "nuria"},
	{"Siobhán", "siobhan"},
	{"Emma", "emma"},
	{"Fatima", "fatima"},
	{"Charlotte", "charlotte"},
	{"Ida", "ida"},
}

var maleNames = []spelled{
	{"Jörg", "joerg"},
	{"Łukasz", "lukasz"},
	{"André", "andre"},
	{"Søren", "soeren"},
	{"Γιώργος", "giorgos"},
	{"Дмитрий", "dmitrij"},
	{"Günther", "guenther"},
	{"Óscar", "oscar"},
	{"François", "francois"},
	{"Björn", "bjoern"},
	{"Paul", "paul"},
	{"Jonas", "jonas"},
	{"Emre", "emre"},
	{"Kwame", "kwame"},
	{"Matteo", "matteo"},
	{"Noah", "noah"},
	{"Václav", "vaclav"},
	{"Ștefan", "stefan"},
	{"Håkon", "hakon"},
	{"Matthäus", "matthaeus"},
	{"Max", "max"},
	{"Felix", "felix"},
	{"Ali", "ali"},
	{"Hendrik", "hendrik"},
	{"Tobias", "tobias"},
}

var lastNames = []spelled{
	{"Müller", "mueller"},
	{"Weiß", "weiss"},
	{"Großmann", "grossmann"},
	{"Schäfer", "schaefer"},
	{"Köhler", "koehler"},
	{"Wałęsa", "walesa"},
	{"Żuk", "zuk"},
	{"Lefèvre", "lefevre"},
	{"Gonçalves", "goncalves"},
	{"Παπαδόπουλος", "papadopoulos"},
	{"Иванова", "ivanova"},
	{"O'Brien", "obrien"},
	{"van der Berg", "vanderberg"},
	{"Núñez", "nunez"},
	{"Ångström", "angstroem"},
	{"Bergmann", "bergmann"},
	{"Yılmaz", "yilmaz"},
	{"Novák", "novak"},
	{"Schmidt-Öhlmann", "schmidt-oehlmann"},
	{"Kühn", "kuehn"},
	{"Adebayo", "adebayo"},
	{"Rossi", "rossi"},
	{"Becker", "becker"},
	{"Hoffmann", "hoffmann"},
	{"Đorđević", "dordevic"},
	{"Lehmann", "lehmann"},
	{"Krause", "krause"},
	{"Zimmermann", "zimmermann"},
	{"Vogel", "vogel"},
	{"Nguyễn", "nguyen"},
	{"Sörensen", "soerensen"},
	{"Fuchs", "fuchs"},
	{"Brandt", "brandt"},
	{"Dąbrowski", "dabrowski"},
	{"Çelik", "celik"},
}

var positions = []string{
	"Software Engineer", "Senior Software Engineer", "Buchhalter", "Account Executive", "Support Specialist",
	"Produktmanagerin", "Data Analyst", "Personalreferent", "System Administrator", "Designer", "Büroleitung",
	"Key Account Manager", "Recruiter", "Ingénieur qualité", "Controller",
}
