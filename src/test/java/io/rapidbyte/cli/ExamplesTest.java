package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What users copy has to be right. */
class ExamplesTest {
    private static final Map<String, String> PASSWORDS = Map.of("SOURCE_PASSWORD", "a", "DEST_PASSWORD", "b");

    private static final Path PROJECT = Path.of(System.getProperty("basedir", ""));

    @Test
    void the_demos_pipeline_loads_with_the_ports_its_servers_wish_for() throws PipelineException {
        Pipeline pipeline = PipelineLoader.load(
                PROJECT.resolve("src/main/resources/io/rapidbyte/cli/demo/pipeline.yaml"), Map.of());
        assertThat(pipeline.source().config().path("port").asInt()).isEqualTo(55431);
        assertThat(pipeline.destination().config().path("port").asInt()).isEqualTo(55432);
    }

    @Test
    void the_demos_pipeline_loads_with_its_transform_uncommented() throws Exception {
        String text = Files.readString(PROJECT.resolve("src/main/resources/io/rapidbyte/cli/demo/pipeline.yaml"));
        String uncommented = Pattern.compile("^# ?(transforms:| +-| +config| +fields| +on_missing)", Pattern.MULTILINE)
                .matcher(text)
                .replaceAll("$1");
        assertThat(PipelineLoader.parse(uncommented, "pipeline.yaml", Map.of()).transforms())
                .hasSize(1);
    }

    @Test
    void the_compose_files_pipeline_loads() throws PipelineException {
        assertThat(PipelineLoader.load(PROJECT.resolve("docker/pipeline.yaml"), PASSWORDS)
                        .name())
                .isEqualTo("compose_users");
    }

    @Test
    void the_readmes_pipeline_loads() throws IOException, PipelineException {
        Matcher block = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PROJECT.resolve("README.md")));
        assertThat(block.find()).isTrue();
        assertThat(PipelineLoader.parse(block.group(1), "README.md", PASSWORDS).name())
                .isEqualTo("users_to_warehouse");
    }
}
