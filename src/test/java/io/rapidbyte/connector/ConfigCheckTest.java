package io.rapidbyte.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigCheckTest {
    private static final String DRAFT_7 = "http://json-schema.org/draft-07/schema#";
    private static final String DRAFT_2020_12 = "https://json-schema.org/draft/2020-12/schema";

    private static final String SCHEMA = """
            {
              "$schema": "DIALECT",
              "type": "object",
              "required": ["host", "user"],
              "additionalProperties": false,
              "properties": {
                "host": {"type": "string", "minLength": 1},
                "port": {"type": "integer", "minimum": 1, "maximum": 65535},
                "user": {"type": "string"},
                "password": {"type": "string", "pattern": "^[a-z]+$"},
                "pin": {"type": "integer", "writeOnly": true, "maximum": 9999},
                "mode": {"enum": ["fast", "safe"]},
                "tls": {
                  "type": "object",
                  "additionalProperties": false,
                  "properties": {"verify": {"type": "boolean"}}
                }
              }
            }
            """;

    @ParameterizedTest
    @ValueSource(strings = {DRAFT_7, DRAFT_2020_12})
    void sound_settings_have_no_issues(String dialect) {
        assertThat(check(dialect, """
                {"host": "db", "port": 5432, "user": "app", "password": "secret", "tls": {"verify": true}}""")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {DRAFT_7, DRAFT_2020_12})
    void all_issues_are_found_at_once_each_at_its_place(String dialect) {
        assertThat(check(dialect, """
                {"host": 1, "port": 99999, "mode": "quick", "prot": 1, "tls": {"verify": "no", "x": 1}}"""))
                .extracting(ConfigIssue::pointer)
                .containsExactlyInAnyOrder("", "/host", "/port", "/mode", "/prot", "/tls/verify", "/tls/x");
    }

    @Test
    void messages_are_for_the_person_who_wrote_the_settings() {
        assertThat(check(DRAFT_7, """
                {"host": 1, "port": 99999, "mode": "quick", "prot": 1, "tls": {"x": 1}}"""))
                .extracting(issue -> issue.pointer() + " " + issue.message())
                .contains(
                        " lacks the key \"user\"",
                        "/host must be string, not number",
                        "/mode must be one of fast, safe",
                        "/prot unknown key; did you mean \"port\"?",
                        "/tls/x unknown key; known are verify")
                .anySatisfy(text -> assertThat(text).startsWith("/port ").contains("65535"));
    }

    @Test
    void the_values_of_secrets_are_never_repeated() {
        assertThat(check(DRAFT_7, """
                {"host": "db", "user": "app", "password": "S3cr3t!", "pin": 777777}"""))
                .hasSize(2)
                .allSatisfy(issue -> assertThat(issue.message()).doesNotContain("S3cr3t!", "777777"))
                .extracting(ConfigIssue::pointer)
                .containsExactly("/password", "/pin");
    }

    private static List<ConfigIssue> check(String dialect, String config) {
        return new ConfigCheck(json(SCHEMA.replace("DIALECT", dialect))).issues(json(config));
    }

    static ObjectNode json(String text) {
        try {
            return (ObjectNode) new JsonMapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
