package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.proxy.config.RuntimeLayers.Modified;
import dev.heddle.proxy.tuning.RuntimeLayer;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuntimeLayersTest {
    private static RuntimeLayers layers(RuntimeLayer.Source... sources) {
        return new RuntimeLayers(
                Arrays.stream(sources).map(it -> new RuntimeLayer("any", it)).toList(), _ -> {});
    }

    @Test
    void anOperatorSetsSoManyValuesAndNoMore() {
        RuntimeLayers layers = layers(new RuntimeLayer.Source.Admin());
        for (int i = 0; i < RuntimeLayers.MOST_OF_OPERATOR; i++) {
            assertThat(layers.modify(Map.of("key" + i, "1"))).isEqualTo(Modified.YES);
        }
        assertThat(layers.modify(Map.of("one more", "1"))).isEqualTo(Modified.TOO_MANY);
        assertThat(layers.json()).doesNotContain("one more");
        assertThat(layers.modify(Map.of("key7", "2"))).isEqualTo(Modified.YES);
        assertThat(layers.modify(Map.of("key7", "", "one more", "1"))).isEqualTo(Modified.YES);
        assertThat(layers.json()).contains("one more").doesNotContain("\"key7\"");
    }

    @Test
    void withoutALayerForHimHeSetsNone() {
        assertThat(layers().modify(Map.of("key", "1"))).isEqualTo(Modified.NO_LAYER);
    }
}
