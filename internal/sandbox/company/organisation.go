package company

import (
	"slices"
)

// Organisation is what people belong to. Every slice is sorted by id.
type Organisation struct {
	Departments      []OrgUnit
	Teams            []OrgUnit
	Offices          []Office
	LegalEntities    []LegalEntity
	CostCenters      []CostCenter
	HolidayCalendars []HolidayCalendar
	WorkSchedules    []WorkSchedule

	definitions []Definition
}

// OrgUnit is a department or a team. The parent of a department is a
// department, the parent of a team is a team; zero means that it has none.
type OrgUnit struct {
	ID           int
	Name         string
	Abbreviation string
	Description  string
	ParentID     int
}

// Office is a place of work: the office of v1, the workplace of v2.
type Office struct {
	ID   int
	Name string
}

// LegalEntity is a company of the group: the subcompany of v1. A higher id
// was made later.
type LegalEntity struct {
	ID      int
	Name    string
	Country string // ISO 3166 alpha-2
}

// CostCenter is a cost center.
type CostCenter struct {
	ID   int
	Name string
}

// HolidayCalendar says which public holidays apply. State is empty for a whole country.
type HolidayCalendar struct {
	ID      int
	Name    string
	Country string
	State   string
}

// WorkSchedule is a weekly schedule; Daily holds Monday to Sunday as HH:MM.
type WorkSchedule struct {
	ID    int
	Name  string
	Daily [7]string
}

func (o *Organisation) department(id int) *OrgUnit {
	return byID(o.Departments, id, func(u *OrgUnit) int { return u.ID })
}

func (o *Organisation) team(id int) *OrgUnit {
	return byID(o.Teams, id, func(u *OrgUnit) int { return u.ID })
}

func (o *Organisation) office(id int) *Office {
	return byID(o.Offices, id, func(u *Office) int { return u.ID })
}

func (o *Organisation) legalEntity(id int) *LegalEntity {
	return byID(o.LegalEntities, id, func(e *LegalEntity) int { return e.ID })
}

func (o *Organisation) costCenter(id int) *CostCenter {
	return byID(o.CostCenters, id, func(c *CostCenter) int { return c.ID })
}

func (o *Organisation) holidayCalendar(id int) *HolidayCalendar {
	return byID(o.HolidayCalendars, id, func(h *HolidayCalendar) int { return h.ID })
}

func (o *Organisation) workSchedule(id int) *WorkSchedule {
	return byID(o.WorkSchedules, id, func(s *WorkSchedule) int { return s.ID })
}

// DepartmentByName returns the id of a department, or false.
func (o *Organisation) DepartmentByName(name string) (int, bool) {
	return idByName(o.Departments, name, func(u *OrgUnit) (int, string) { return u.ID, u.Name })
}

// OfficeByName returns the id of an office, or false.
func (o *Organisation) OfficeByName(name string) (int, bool) {
	return idByName(o.Offices, name, func(u *Office) (int, string) { return u.ID, u.Name })
}

// LegalEntityByName returns the id of a legal entity, or false.
func (o *Organisation) LegalEntityByName(name string) (int, bool) {
	return idByName(o.LegalEntities, name, func(e *LegalEntity) (int, string) { return e.ID, e.Name })
}

func idByName[T any](all []T, name string, of func(*T) (int, string)) (int, bool) {
	at := slices.IndexFunc(all, func(element T) bool {
		_, elementName := of(&element)
		return elementName == name
	})
	if at < 0 {
		return 0, false
	}
	id, _ := of(&all[at])
	return id, true
}

// demoOrganisation is the same for every seed, so that examples and documents
// can name a department.
func demoOrganisation() Organisation {
	return Organisation{
		Departments: []OrgUnit{
			{ID: 40100, Name: "Geschäftsführung", Abbreviation: "GF", Description: "Leads the group"},
			{ID: 40110, Name: "Engineering", Abbreviation: "ENG", Description: "Builds the product"},
			{ID: 40111, Name: "Platform", Abbreviation: "PLT", ParentID: 40110},
			{ID: 40112, Name: "Data & Analytics", Abbreviation: "DAT", ParentID: 40110},
			{ID: 40120, Name: "IT", Abbreviation: "IT", Description: "Runs devices, accounts and networks", ParentID: 40100},
			{ID: 40130, Name: "Personal", Abbreviation: "HR", Description: "People and payroll", ParentID: 40100},
			{ID: 40140, Name: "Finance", Abbreviation: "FIN", ParentID: 40100},
			{ID: 40150, Name: "Vertrieb", Abbreviation: "VT", Description: "Sells in all regions"},
			{ID: 40151, Name: "Vertrieb Süd", Abbreviation: "VTS", ParentID: 40150},
			{ID: 40152, Name: "Vertrieb Nord", Abbreviation: "VTN", ParentID: 40150},
			{ID: 40160, Name: "Marketing", Abbreviation: "MKT"},
			{ID: 40170, Name: "Customer Support", Abbreviation: "CS"},
		},
		Teams: []OrgUnit{
			{ID: 50200, Name: "Backend", Abbreviation: "BE"},
			{ID: 50201, Name: "Backend Billing", Abbreviation: "BEB", ParentID: 50200},
			{ID: 50202, Name: "Frontend", Abbreviation: "FE"},
			{ID: 50203, Name: "Onboarding Crew", Abbreviation: "OC"},
			{ID: 50204, Name: "Büro & Empfang", Abbreviation: "BÜ"},
			{ID: 50205, Name: "Key Accounts", Abbreviation: "KA"},
			{ID: 50206, Name: "Recruiting", Abbreviation: "REC"},
			{ID: 50207, Name: "Service Desk", Abbreviation: "SD"},
		},
		Offices: []Office{
			{ID: 60300, Name: "München"},
			{ID: 60301, Name: "Berlin"},
			{ID: 60302, Name: "Łódź"},
			{ID: 60303, Name: "Paris"},
			{ID: 60304, Name: "Αθήνα"},
			{ID: 60305, Name: "Remote"},
		},
		LegalEntities: []LegalEntity{
			{ID: 7033, Name: "Lindenhof Software GmbH", Country: "DE"},
			{ID: 7034, Name: "Lindenhof Services GmbH & Co. KG", Country: "DE"},
			{ID: 7035, Name: "Lindenhof Polska Sp. z o.o.", Country: "PL"},
			{ID: 7036, Name: "Lindenhof France SAS", Country: "FR"},
		},
		CostCenters: []CostCenter{
			{ID: 82950, Name: "1000 Verwaltung"},
			{ID: 82951, Name: "2000 Produkt"},
			{ID: 82952, Name: "2100 Plattform"},
			{ID: 82953, Name: "3000 Vertrieb"},
			{ID: 82954, Name: "3100 Marketing"},
			{ID: 82955, Name: "4000 Support"},
		},
		HolidayCalendars: []HolidayCalendar{
			{ID: 2, Name: "Deutschland (Bayern) Feiertage", Country: "DE", State: "Bayern"},
			{ID: 3, Name: "Deutschland (Berlin) Feiertage", Country: "DE", State: "Berlin"},
			{ID: 11, Name: "Polska", Country: "PL"},
			{ID: 12, Name: "France", Country: "FR"},
		},
		WorkSchedules: demoSchedules(),
		definitions:   definitions(),
	}
}

func demoSchedules() []WorkSchedule {
	fullDays := func(day string) [7]string { return [7]string{day, day, day, day, day, "00:00", "00:00"} }
	return []WorkSchedule{
		{ID: 97188, Name: "Full-time, 40 hours (mon,tue,wed,thu,fri)", Daily: fullDays("08:00")},
		{ID: 97189, Name: "Part-time, 30 hours (mon,tue,wed,thu,fri)", Daily: fullDays("06:00")},
		{ID: 97190, Name: "Part-time, 20 hours (mon,tue,wed)", Daily: [7]string{"08:00", "08:00", "04:00", "00:00", "00:00", "00:00", "00:00"}},
	}
}
