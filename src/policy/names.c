/* SPDX-License-Identifier: Apache-2.0 */
/* The words of claims, outcomes and disclosures, as policies and reports write them. */
#include "private.h"

const char *const ontology_names[ONTOLOGIES] = {
	[ONTOLOGY_DATA] = "data",
	[ONTOLOGY_RECIPIENTS] = "recipients",
	[ONTOLOGY_PURPOSES] = "purposes",
	[ONTOLOGY_REGIONS] = "regions",
};

const char *const says_names[SAYS] = {
	[SAYS_COLLECTS] = "collects",
	[SAYS_NEVER] = "never",
	[SAYS_ONLY] = "only",
	[SAYS_SECURES] = "secures",
};

const char *const testable_names[TESTABLES] = {
	[TESTABLE_YES] = "yes",
	[TESTABLE_PARTLY] = "partly",
	[TESTABLE_NO] = "no",
};

const char *const quote_check_names[QUOTE_CHECKS] = {
	[QUOTE_VERIFIED] = "verified",
	[QUOTE_EXCERPT] = "excerpt",
};

static const char *const when_names[WHENS] = {
	[WHEN_BEFORE_CONSENT] = "before_consent",
	[WHEN_BEFORE_CALL] = "before_call",
	[WHEN_AFTER_CALL] = "after_call",
};

static const char *const disclosure_names[DISCLOSURES] = {
	[DISCLOSURE_CLEAR] = "clear",
	[DISCLOSURE_VAGUE] = "vague",
	[DISCLOSURE_OMITTED] = "omitted",
	[DISCLOSURE_AMBIGUOUS] = "ambiguous",
	[DISCLOSURE_INCORRECT] = "incorrect",
};

static const char *const outcome_names[OUTCOMES] = {
	[OUTCOME_SUPPORTED] = "supported",
	[OUTCOME_CONTRADICTED] = "contradicted",
	[OUTCOME_NOT_OBSERVED] = "not_observed",
	[OUTCOME_NOT_EXERCISED] = "not_exercised",
	[OUTCOME_NOT_TESTABLE] = "not_testable",
	[OUTCOME_INCONCLUSIVE] = "inconclusive",
};

static const char *const severity_names[SEVERITIES] = {
	[SEVERITY_NONE] = "none",
	[SEVERITY_MEDIUM] = "medium",
	[SEVERITY_HIGH] = "high",
};

const char *
says_name(enum says s)
{
	return (unsigned)s < SAYS ? says_names[s] : NULL;
}

const char *
testable_name(enum testable t)
{
	return (unsigned)t < TESTABLES ? testable_names[t] : NULL;
}

const char *
quote_check_name(enum quote_check q)
{
	return (unsigned)q < QUOTE_CHECKS ? quote_check_names[q] : NULL;
}

const char *
when_name(unsigned when)
{
	if (when < STATES)
		return state_name((enum state)when);
	return when < WHENS ? when_names[when] : NULL;
}

const char *
disclosure_name(enum disclosure d)
{
	return (unsigned)d < DISCLOSURES ? disclosure_names[d] : NULL;
}

const char *
outcome_name(enum outcome o)
{
	return (unsigned)o < OUTCOMES ? outcome_names[o] : NULL;
}

const char *
severity_name(enum severity s)
{
	return (unsigned)s < SEVERITIES ? severity_names[s] : NULL;
}
