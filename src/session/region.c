/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Countries told by a host's name. A code counts under the domains of its maker alone,
 * and only where the maker, or its own client's code, says what it means: these countries
 * may contradict a claim. "EU" is the Union as a whole.
 */
#include "private.h"

struct place {
	const char *code, *country;
};

/* docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html */
static const struct place aws_regions[] = {
	{ "us-east-1", "US" },
	{ "us-east-2", "US" },
	{ "us-west-1", "US" },
	{ "us-west-2", "US" },
	{ "us-gov-east-1", "US" },
	{ "us-gov-west-1", "US" },
	{ "compute-1", "US" }, /* EC2's public names in us-east-1 */
	{ "af-south-1", "ZA" },
	{ "ap-east-1", "HK" },
	{ "ap-east-2", "TW" },
	{ "ap-northeast-1", "JP" },
	{ "ap-northeast-2", "KR" },
	{ "ap-northeast-3", "JP" },
	{ "ap-south-1", "IN" },
	{ "ap-south-2", "IN" },
	{ "ap-southeast-1", "SG" },
	{ "ap-southeast-2", "AU" },
	{ "ap-southeast-3", "ID" },
	{ "ap-southeast-4", "AU" },
	{ "ap-southeast-5", "MY" },
	{ "ap-southeast-6", "NZ" },
	{ "ap-southeast-7", "TH" },
	{ "ca-central-1", "CA" },
	{ "ca-west-1", "CA" },
	{ "cn-north-1", "CN" },
	{ "cn-northwest-1", "CN" },
	{ "eu-central-1", "DE" },
	{ "eu-central-2", "CH" },
	{ "eu-north-1", "SE" },
	{ "eu-south-1", "IT" },
	{ "eu-south-2", "ES" },
	{ "eu-west-1", "IE" },
	{ "eu-west-2", "GB" },
	{ "eu-west-3", "FR" },
	{ "il-central-1", "IL" },
	{ "me-central-1", "AE" },
	{ "me-south-1", "BH" },
	{ "mx-central-1", "MX" },
	{ "sa-east-1", "BR" },
};

/*
 * Answers of Chime's CreateMeeting in public code give MediaRegion beside these codes:
 * eu-central-1 ec1, eu-west-1 ew1, eu-west-2 ew2, ap-northeast-1 an1, ap-southeast-1 as1.
 */
static const struct place chime_codes[] = {
	{ "ue1", "US" },
	{ "ue2", "US" },
	{ "uw1", "US" },
	{ "uw2", "US" },
	{ "ec1", "DE" },
	{ "ew1", "IE" },
	{ "ew2", "GB" },
	{ "an1", "JP" },
	{ "as1", "SG" },
};

/* learn.microsoft.com/azure/reliability/regions-list: the programmatic names; those with
 * a number behind are in the same country. */
static const struct place azure_regions[] = {
	{ "australiacentral", "AU" },
	{ "australiaeast", "AU" },
	{ "australiasoutheast", "AU" },
	{ "austriaeast", "AT" },
	{ "belgiumcentral", "BE" },
	{ "brazilsouth", "BR" },
	{ "brazilsoutheast", "BR" },
	{ "canadacentral", "CA" },
	{ "canadaeast", "CA" },
	{ "centralindia", "IN" },
	{ "centralus", "US" },
	{ "chilecentral", "CL" },
	{ "eastasia", "HK" },
	{ "eastus", "US" },
	{ "francecentral", "FR" },
	{ "francesouth", "FR" },
	{ "germanynorth", "DE" },
	{ "germanywestcentral", "DE" },
	{ "indonesiacentral", "ID" },
	{ "israelcentral", "IL" },
	{ "italynorth", "IT" },
	{ "japaneast", "JP" },
	{ "japanwest", "JP" },
	{ "jioindiacentral", "IN" },
	{ "jioindiawest", "IN" },
	{ "koreacentral", "KR" },
	{ "koreasouth", "KR" },
	{ "malaysiawest", "MY" },
	{ "mexicocentral", "MX" },
	{ "newzealandnorth", "NZ" },
	{ "northcentralus", "US" },
	{ "northeurope", "IE" },
	{ "norwayeast", "NO" },
	{ "norwaywest", "NO" },
	{ "polandcentral", "PL" },
	{ "qatarcentral", "QA" },
	{ "southafricanorth", "ZA" },
	{ "southafricawest", "ZA" },
	{ "southcentralus", "US" },
	{ "southeastasia", "SG" },
	{ "southindia", "IN" },
	{ "spaincentral", "ES" },
	{ "swedencentral", "SE" },
	{ "swedensouth", "SE" },
	{ "switzerlandnorth", "CH" },
	{ "switzerlandwest", "CH" },
	{ "uaecentral", "AE" },
	{ "uaenorth", "AE" },
	{ "uksouth", "GB" },
	{ "ukwest", "GB" },
	{ "westcentralus", "US" },
	{ "westeurope", "NL" },
	{ "westindia", "IN" },
	{ "westus", "US" },
};

/*
 * The same regions in short. Microsoft's telemetry hosts have both side by side:
 * onedscolprdweu01.westeurope, -neu02.northeurope, -gwc03.germanywestcentral,
 * -cus09.centralus, -eus20.eastus, -wus12.westus.
 */
static const struct place azure_codes[] = {
	{ "cus", "US" },
	{ "eus", "US" },
	{ "gwc", "DE" },
	{ "neu", "IE" },
	{ "weu", "NL" },
	{ "wus", "US" },
};

/* Ids of GET /voice/regions, discord.com/developers/docs/resources/voice; a voice
 * server's name is one of them and a number: rotterdam9095.discord.media. */
static const struct place discord_regions[] = {
	{ "brazil", "BR" },
	{ "hongkong", "HK" },
	{ "india", "IN" },
	{ "japan", "JP" },
	{ "rotterdam", "NL" },
	{ "russia", "RU" },
	{ "singapore", "SG" },
	{ "south-korea", "KR" },
	{ "southafrica", "ZA" },
	{ "sydney", "AU" },
	{ "us-central", "US" },
	{ "us-east", "US" },
	{ "us-south", "US" },
	{ "us-west", "US" },
};

/* Which codes mean something where. */
static const struct scheme {
	const char *hosts, *prefix; /* of the label, before the code */
	bool numbered;              /* "-" and digits may follow the code */
	const struct place *places;
	size_t count;
} schemes[] = {
	{ "*.amazonaws.com", "", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.amazonaws.com", "s3-", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.amazonaws.com.cn", "", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.api.aws", "", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.on.aws", "", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.chime.aws", "", false, aws_regions, COUNT_OF(aws_regions) },
	{ "*.app.chime.aws", "", false, chime_codes, COUNT_OF(chime_codes) },
	{ "*.ingest.chime.aws", "", false, chime_codes, COUNT_OF(chime_codes) },
	{ "*.cloudapp.azure.com", "", true, azure_regions, COUNT_OF(azure_regions) },
	/* learn.microsoft.com/azure/azure-monitor/app/sdk-connection-string: regional
	 * endpoints keep data in the region. */
	{ "*.in.applicationinsights.azure.com", "", true, azure_regions,
	    COUNT_OF(azure_regions) },
	/* northeurope.notifications.teams.microsoft.com */
	{ "*.teams.microsoft.com", "", true, azure_regions, COUNT_OF(azure_regions) },
	/* The last alias of mobile.pipe.aria.microsoft.com, skypedataprdcolneu04. */
	{ "*.cloudapp.net", "skypedataprdcol", true, azure_codes, COUNT_OF(azure_codes) },
	{ "*.cloudapp.net", "onedscolprd", true, azure_codes, COUNT_OF(azure_codes) },
	{ "*.discord.media", "", true, discord_regions, COUNT_OF(discord_regions) },
};

/* Names that a vendor gives to one region as a whole. */
static const struct {
	const char *hosts, *country;
} regional_hosts[] = {
	/* docs.sentry.io/organization/data-storage-location, docs.sentry.io/ip-ranges */
	{ "*.ingest.de.sentry.io", "DE" },
	{ "de.sentry.io", "DE" },
	{ "*.ingest.us.sentry.io", "US" },
	{ "*.us.ingest.sentry.io", "US" },
	{ "us.sentry.io", "US" },
	/* Collectors of Microsoft's clients: eu-teams of the EU Data Boundary, eu-ic3,
	 * eu-mobile, eu-watsonc; us-teams. */
	{ "eu-*.events.data.microsoft.com", "EU" },
	{ "us-*.events.data.microsoft.com", "US" },
	{ "eu.pipe.aria.microsoft.com", "EU" },
	{ "us.pipe.aria.microsoft.com", "US" },
	/* docs.datadoghq.com/getting_started/site */
	{ "browser-intake-datadoghq.eu", "DE" },
	{ "*.browser-intake-datadoghq.eu", "DE" },
	{ "*.datadoghq.eu", "DE" },
	{ "browser-intake-datadoghq.com", "US" },
	{ "browser-intake-us3-datadoghq.com", "US" },
	{ "browser-intake-us5-datadoghq.com", "US" },
	{ "browser-intake-ddog-gov.com", "US" },
	{ "browser-intake-ap1-datadoghq.com", "JP" },
	{ "browser-intake-ap2-datadoghq.com", "AU" },
	/* AppDynamics: names of the collectors' cities; its mobile plugin calls fra
	 * Europe and syd APAC. */
	{ "fra-*.eum-appdynamics.com", "DE" },
	{ "syd-*.eum-appdynamics.com", "AU" },
	{ "bom-*.eum-appdynamics.com", "IN" },
	{ "gru-*.eum-appdynamics.com", "BR" },
	/* EU data centres, as their documentation names the hosts. */
	{ "*.eu01.nr-data.net", "EU" },
	{ "api.eu.amplitude.com", "EU" },
	{ "api-eu.mixpanel.com", "EU" },
	{ "*.eu1.fullstory.com", "EU" },
};

/* Whether the label is the prefix, the code and, if it may, a number. */
static bool
label_tells(const struct scheme *s, const char *code, const char *label, size_t length)
{
	size_t before = strlen(s->prefix), all = before + strlen(code);

	if (length < all || strncasecmp(label, s->prefix, before) != 0 ||
	    strncasecmp(label + before, code, all - before) != 0)
		return false;
	label += all;
	length -= all;
	if (!s->numbered)
		return length == 0;
	if (length > 1 && *label == '-') {
		label++;
		length--;
	}
	return strspn(label, "0123456789") >= length;
}

/* The last label that tells: those before it may be a customer's own. */
static const char *
scheme_country(const struct scheme *s, const char *host)
{
	const char *country = NULL;

	for (const char *label = host; *label != '\0'; label += *label == '.') {
		size_t length = strcspn(label, ".");

		for (size_t i = 0; i < s->count; i++)
			if (label_tells(s, s->places[i].code, label, length))
				country = s->places[i].country;
		label += length;
	}
	return country;
}

const char *
region_country(const char *host)
{
	for (size_t i = 0; i < COUNT_OF(regional_hosts); i++)
		if (glob_host(regional_hosts[i].hosts, host))
			return regional_hosts[i].country;
	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		const char *country = glob_host(schemes[i].hosts, host)
					  ? scheme_country(&schemes[i], host)
					  : NULL;

		if (country != NULL)
			return country;
	}
	return NULL;
}
