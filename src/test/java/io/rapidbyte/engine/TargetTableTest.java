package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TargetTableTest {
    @Test
    void the_table_is_the_last_part_of_the_name() {
        assertThat(TargetTable.of("users")).isEqualTo("users");
        assertThat(TargetTable.of("public.users")).isEqualTo("users");
    }

    @Test
    void case_counts_only_in_quotes() {
        assertThat(TargetTable.of("public.Users")).isEqualTo("users");
        assertThat(TargetTable.of("public.\"Users\"")).isEqualTo("Users");
    }

    @Test
    void dots_and_quotes_in_quotes_belong_to_the_name() {
        assertThat(TargetTable.of("zoo.\"All Types\"")).isEqualTo("All Types");
        assertThat(TargetTable.of("\"a.b\".\"c.d\"")).isEqualTo("c.d");
        assertThat(TargetTable.of("\"say \"\"hi\"\"\"")).isEqualTo("say \"hi\"");
    }
}
