package acctest

import "testing"

func TestFeature(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		answer string
		lacks  map[string]bool // by name of feature
	}{
		{"Terraform v1.11.4\non linux_amd64\n", map[string]bool{"import by identity": true, "list resources": true, "actions": true}},
		{"Terraform v1.12.0-rc1\non linux_amd64\n", map[string]bool{"list resources": true, "actions": true}},
		{"Terraform v1.13.3\n\nYour version of Terraform is out of date!\n", map[string]bool{"list resources": true, "actions": true}},
		{"Terraform v1.14.0\n", nil},
		{"OpenTofu v1.11.2\n", map[string]bool{"import by identity": true, "list resources": true, "actions": true}},
		{"OpenTofu v1.12.6\non linux_amd64\n", map[string]bool{"list resources": true, "actions": true}},
		// It has neither, however it counts.
		{"\nWarning: Unable to open CLI configuration file\n\nOpenTofu v1.15.0\n", map[string]bool{"list resources": true, "actions": true}},
	} {
		c, err := parseVersion(test.answer)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []Feature{FeatureImportByIdentity, FeatureListResources, FeatureActions} {
			if why, lacks := f.lackedBy(c); lacks != test.lacks[f.name] {
				t.Errorf("%s %s lacks %s: %t, because %s", c.product, c.version, f.name, lacks, why)
			}
		}
	}
	if _, err := parseVersion("GNU bash 5.2\n"); err == nil {
		t.Error("a shell passes for a CLI")
	}
}
