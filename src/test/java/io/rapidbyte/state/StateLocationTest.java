package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StateLocationTest {
    @Test
    void a_path_is_a_file() {
        assertThat(StateLocation.of("/var/lib/../state.db"))
                .isEqualTo(new StateLocation.SqliteFile(Path.of("/var/state.db")));
    }

    @Test
    void a_url_names_a_schema_of_a_database() {
        assertThat(StateLocation.of("postgresql://anna:p%40ss+w@db.local:6000/my%2Fdb?schema=s1&sslmode=require"))
                .isEqualTo(new PostgresLocation(
                        "db.local",
                        6000,
                        "my/db",
                        Optional.of("anna"),
                        Optional.of("p@ss+w"),
                        "s1",
                        Optional.of("require")));
        assertThat(StateLocation.of("postgres://anna@h/"))
                .isEqualTo(new PostgresLocation(
                        "h", 5432, "anna", Optional.of("anna"), Optional.empty(), "rapidbyte", Optional.empty()));
    }

    @Test
    void pairs_name_the_same() {
        assertThat(StateLocation.of("host=h port=1 dbname = x user=u password='a \\'b\\\\'"))
                .isEqualTo(new PostgresLocation(
                        "h", 1, "x", Optional.of("u"), Optional.of("a 'b\\"), "rapidbyte", Optional.empty()));
    }

    @Test
    void what_is_malformed_is_said_without_the_password_I31() {
        for (String text : new String[] {
            "postgresql://u:geheim@h:port/x",
            "postgresql://u:ge heim@h/x",
            "postgresql://u:geheim@h/x?sslmod=require",
            "postgresql://h:1/",
            "host=h dbname=x port=99999 password=geheim",
            "host=h dbname=x password=geheim nonsense",
        }) {
            StateException malformed = catchThrowableOfType(StateException.class, () -> StateLocation.of(text));
            assertThat(malformed).as(text).isNotNull();
            assertThat(malformed.code()).isEqualTo("state.connection");
            assertThat(malformed.toString()).doesNotContain("geheim").doesNotContain("heim@");
        }
        assertThat(catchThrowableOfType(
                        StateException.class, () -> StateLocation.of("postgresql://u@h/x?sslmod=require")))
                .hasMessageContaining("not known: sslmod");
    }

    @Test
    void the_users_own_state_lies_where_programs_keep_their_data() {
        assertThat(StateLocation.ofUser(Map.of("XDG_DATA_HOME", "/data")))
                .isEqualTo(new StateLocation.SqliteFile(Path.of("/data/rapidbyte/state.db")));
        assertThat(StateLocation.ofUser(Map.of("XDG_DATA_HOME", "relative")).toString())
                .startsWith(System.getProperty("user.home"))
                .endsWith("rapidbyte/state.db");
    }
}
