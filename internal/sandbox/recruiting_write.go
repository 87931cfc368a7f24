package sandbox

import (
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	maxUpload        = 20 << 20 // bytes of a file for an application
	maxUploadRequest = maxUpload + 64<<10
	uploadTypes      = "pdf pptx xlsx docx doc xls ppt ods odt 7z gz rar zip bmp gif jpg png tif csv txt rtf mp4 3gp mov avi wmv"
)

// RecruitingCredential is the static pair that the v1 recruiting endpoints take.
type RecruitingCredential struct {
	CompanyID int    // zero: that of the demo company
	Token     string // empty: 64 random bytes
}

// AddRecruitingCredential adds a pair and returns it with everything filled in.
func (s *Sandbox) AddRecruitingCredential(c RecruitingCredential) RecruitingCredential {
	if c.CompanyID == 0 {
		c.CompanyID = companyID
	}
	if c.Token == "" {
		c.Token = strings.TrimPrefix(newSecret(), "papi-")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.recruiting[c.Token] = c
	return c
}

// RemoveRecruitingCredential removes the pair with the token. An unknown one does nothing.
func (s *Sandbox) RemoveRecruitingCredential(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.recruiting, token)
}

// recruitingGuarded lets a request through that shows a pair.
func (s *Sandbox) recruitingGuarded(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.authenticateRecruiting(r) {
			recruitingProblem(w, http.StatusUnauthorized, "The API token or the company id was not recognized.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, e.body)
		e.serve(w, r, nil)
	}
}

func (s *Sandbox) authenticateRecruiting(r *http.Request) bool {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.recruiting[strings.TrimSpace(token)]
	return ok && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(strconv.Itoa(c.CompanyID)), []byte(r.Header.Get("X-Company-ID"))) == 1
}

// recruitingProblem writes an error that is about no field.
func recruitingProblem(w http.ResponseWriter, status int, detail string) {
	writeJSON(w, status, "application/json", map[string]any{"errors": []any{map[string]string{
		"id": uuid.NewString(), "status": strconv.Itoa(status), "title": http.StatusText(status), "detail": detail,
	}}})
}

// fieldErrors are the reasons why fields are refused, by field.
type fieldErrors map[string][]string

func (f fieldErrors) add(field, reason string) { f[field] = append(f[field], reason) }

func (f fieldErrors) write(w http.ResponseWriter, status int) {
	var list []any
	for _, field := range sortedKeys(f) {
		var reasons []any
		for _, reason := range f[field] {
			reasons = append(reasons, map[string]string{"reason": reason})
		}
		list = append(list, map[string]any{"field": field, "errors": reasons})
	}
	writeJSON(w, status, "application/json", map[string]any{"errors": list})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// uploadApplicationDocument takes a file that an application can refer to.
func (s *Sandbox) uploadApplicationDocument(w http.ResponseWriter, r *http.Request, _ *caller) {
	tooBig := func() { fieldErrors{"file": {"errors.file-too-big"}}.write(w, http.StatusRequestEntityTooLarge) }
	form, err := readMultipart(r)
	if limit := (*http.MaxBytesError)(nil); errors.As(err, &limit) {
		tooBig()
		return
	}
	if err != nil || len(form.File["file"]) != 1 {
		recruitingProblem(w, http.StatusUnprocessableEntity, "Invalid multipart request body and/or headers supplied.")
		return
	}
	defer func() { _ = form.RemoveAll() }()
	header := form.File["file"][0]
	if header.Size > maxUpload {
		tooBig()
		return
	}
	if !slices.Contains(strings.Fields(uploadTypes), extension(header.Filename)) {
		fieldErrors{"file": {"errors.invalid-file-type"}}.write(w, http.StatusUnprocessableEntity)
		return
	}
	made, _ := s.records.Uploads.Add(func([]records.Upload) (records.Upload, error) {
		return records.Upload{ID: uuid.NewString(), Name: path.Base(header.Filename), Size: int(header.Size)}, nil
	})
	writeJSON(w, http.StatusOK, "application/json", map[string]any{
		"uuid": made.ID, "size": made.Size, "mimetype": header.Header.Get("Content-Type"),
		"original_filename": made.Name, "extension": extension(made.Name),
	})
}

type applicationBody struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Email     string `json:"email"`
	JobID     int    `json:"job_position_id"`
	ChannelID int    `json:"recruiting_channel_id"`
	Message   string `json:"message"`
	Date      string `json:"application_date"`
	Phase     *struct {
		Type string          `json:"type"`
		ID   json.RawMessage `json:"id"`
	} `json:"phase"`
	Tags  []string `json:"tags"`
	Files []struct {
		UUID     string `json:"uuid"`
		Name     string `json:"original_filename"`
		Category string `json:"category"`
	} `json:"files"`
	Attributes []struct {
		ID    string `json:"id"`
		Value string `json:"value"`
	} `json:"attributes"`
}

// createApplication adds an application, and the candidate if nobody has the
// e-mail address yet. The answer has no body.
func (s *Sandbox) createApplication(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body applicationBody
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		recruitingProblem(w, http.StatusBadRequest, "The body is not the JSON object that this endpoint takes.")
		return
	}
	problems := fieldErrors{}
	body.check(problems, s.now())
	job, ok := s.records.RecruitingJob(strconv.Itoa(body.JobID))
	switch {
	case body.JobID == 0:
		problems.add("job_position_id", "errors.attribute-validation.required-attribute")
	case !ok:
		problems.add("job_position_id", "errors.posting-validation.posting-not-found")
	case !job.Published:
		problems.add("job_position_id", "errors.job-position.not-published")
	}
	if _, ok := body.channel(); !ok {
		problems.add("recruiting_channel_id", "errors.posting-validation.channel-not-found")
	}
	for _, file := range body.Files {
		if _, ok := s.records.Uploads.Find(file.UUID); !ok {
			problems.add("files", "errors.file-validation.file-not-exists")
		}
	}
	if len(problems) == 0 && !s.addApplication(&body, &job) {
		problems.add("email", "errors.applicant-already-exists")
	}
	if len(problems) > 0 {
		problems.write(w, http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// check notes what is wrong with the fields of an application by themselves.
func (b *applicationBody) check(problems fieldErrors, now time.Time) {
	for field, text := range map[string]string{"first_name": b.FirstName, "last_name": b.LastName, "email": b.Email} {
		if strings.TrimSpace(text) == "" {
			problems.add(field, "errors.attribute-validation.required-attribute")
		}
	}
	if _, err := mail.ParseAddress(b.Email); b.Email != "" && err != nil {
		problems.add("email", "errors.attribute-validation.invalid-email-format")
	}
	if b.Date != "" && !isDate(b.Date) {
		problems.add("application_date", "errors.attribute-validation.invalid-date-format")
	} else if b.Date > now.Format(time.DateOnly) {
		problems.add("application_date", "errors.date-validation.date-in-the-future")
	}
	if b.Phase != nil && b.Phase.Type == "system" {
		var phase string
		if json.Unmarshal(b.Phase.ID, &phase) != nil || !slices.Contains(records.SystemPhases(), phase) {
			problems.add("phase", "errors.phase-validation.invalid-system-phase")
		}
	}
	for _, file := range b.Files {
		if !slices.Contains([]string{"cv", "cover-letter", "employment-reference", "certificate", "work-sample", "other"}, file.Category) {
			problems.add("files", "errors.file-validation.unknown-file-category")
		}
	}
	b.checkAttributes(problems)
}

func (b *applicationBody) checkAttributes(problems fieldErrors) {
	for _, attribute := range b.Attributes {
		known := slices.Contains([]string{"birthday", "gender", "location", "phone", "available_from", "salary_expectations"}, attribute.ID)
		switch {
		case !known:
			problems.add("attributes."+attribute.ID, "errors.attribute-validation.unknown")
		case attribute.ID == "birthday" && !isDate(attribute.Value):
			problems.add("attributes.birthday", "errors.attribute-validation.invalid-date-format")
		case attribute.ID == "gender" && !slices.Contains([]string{"male", "female", "diverse", "undefined"}, attribute.Value):
			problems.add("attributes.gender", "errors.attribute-validation.unknown-attribute-option")
		}
	}
}

// channel returns the channel, which need not be given but has to exist.
func (b *applicationBody) channel() (records.Channel, bool) {
	for _, channel := range records.Channels() {
		if channel.ID == b.ChannelID {
			return channel, true
		}
	}
	return records.Channel{}, b.ChannelID == 0
}

// stage returns the stage that the application begins with. A custom phase
// that the job's category does not have is the unassigned one.
func (b *applicationBody) stage(category records.RecruitingCategory) records.Stage {
	if b.Phase == nil {
		return category.Stages[0]
	}
	id := strings.Trim(string(b.Phase.ID), `"`)
	if b.Phase.Type == "system" {
		return records.SystemStage(id)
	}
	at := slices.IndexFunc(category.Stages, func(stage records.Stage) bool { return stage.ID != "" && stage.ID == id })
	if at < 0 {
		return records.SystemStage("unassigned")
	}
	return category.Stages[at]
}

// addApplication reports false if the candidate applied for the job already.
func (s *Sandbox) addApplication(body *applicationBody, job *records.RecruitingJob) bool {
	now := s.now().UTC().Truncate(time.Second)
	category, _ := s.records.RecruitingCategory(job.CategoryID)
	a := records.Application{
		ID: uuid.NewString(), JobID: job.ID, Date: body.Date, Message: body.Message, Tags: body.Tags, CreatedAt: now, UpdatedAt: now,
		Transitions: []records.StageEntered{{Stage: body.stage(category), At: now}},
	}
	a.Channel, _ = body.channel()
	if a.Date == "" {
		a.Date = now.Format(time.DateOnly)
	}
	for _, file := range body.Files {
		a.Files = append(a.Files, file.UUID)
	}
	return s.records.Candidates.Edit(func(candidates []records.Candidate) ([]records.Candidate, error) {
		at := slices.IndexFunc(candidates, func(c records.Candidate) bool { return strings.EqualFold(c.Email, body.Email) })
		if at < 0 {
			candidates = append(candidates, body.candidate(now))
			at = len(candidates) - 1
		}
		a.CandidateID = candidates[at].ID
		candidates[at].UpdatedAt = now
		_, err := s.records.Applications.Add(func(rows []records.Application) (records.Application, error) {
			if slices.ContainsFunc(rows, func(b records.Application) bool { return b.CandidateID == a.CandidateID && b.JobID == a.JobID }) {
				return a, conflictError("the candidate has applied already")
			}
			return a, nil
		})
		return candidates, err
	}) == nil
}

func (b *applicationBody) candidate(now time.Time) records.Candidate {
	c := records.Candidate{ID: uuid.NewString(), FirstName: b.FirstName, LastName: b.LastName, Email: b.Email, CreatedAt: now, UpdatedAt: now}
	for _, attribute := range b.Attributes {
		switch attribute.ID {
		case "gender":
			c.Gender = attribute.Value
		case "location":
			c.Location = attribute.Value
		case "phone":
			c.Phone = attribute.Value
		}
	}
	return c
}
