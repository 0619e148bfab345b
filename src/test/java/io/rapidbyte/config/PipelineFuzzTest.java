package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.fuzz.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fuzz")
class PipelineFuzzTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("SOURCE_PASSWORD", "1", "DEST_PASSWORD", "2", "LONG", "x".repeat(1 << 16));

    @Test
    void a_pipeline_is_read_or_refused() throws IOException {
        Fuzz.of("pipeline")
                .sample(Files.readAllBytes(Path.of("conf/full.yaml")))
                .sample(Samples.GOOD.getBytes(StandardCharsets.UTF_8))
                .feed(2_000, PipelineFuzzTest::parse);
    }

    private static void parse(byte[] bytes) {
        try {
            PipelineLoader.parse(new String(bytes, StandardCharsets.UTF_8), "p.yaml", ENVIRONMENT);
        } catch (PipelineException e) {
            assertThat(e.problems()).isNotEmpty();
        }
    }

    /** What has brought other readers down: small files that stand for huge trees, deep ones, long ones. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c]",
                "a: &a {b: *a}",
                "<<: [{a: 1}, {b: 2}]",
                "!!java.net.URL [\"http://localhost/\"]",
                "? [[[[1]]]]\n: x",
                "%TAG ! tag:example.com,2000:\n---\n!x y",
            })
    void a_bomb_is_refused(String text) {
        assertThat(Samples.problems(text)).isNotEmpty();
        Fuzz.of("pipeline-bomb").sample(text.getBytes(StandardCharsets.UTF_8)).feed(50, PipelineFuzzTest::parse);
    }

    @Test
    void depth_and_length_are_bounded() {
        for (String unit : new String[] {"[", "{a: ", "- ", "? ", "a:\n ", "\"", "${LONG}", "'", "|\n"}) {
            Fuzz.of("pipeline-depth")
                    .sample(("source: " + unit.repeat(20_000)).getBytes(StandardCharsets.UTF_8))
                    .feed(3, PipelineFuzzTest::parse);
        }
    }
}
