package dev.heddle.proxy.config;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.tuning.RuntimeLayer;
import dev.heddle.proxy.tuning.RuntimeValue;
import dev.heddle.proxy.tuning.RuntimeValues;
import dev.heddle.xds.token.JsonText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The layers of the runtime, of which a later one counts before an earlier one.
///
/// Values of all layers together are published whenever one of them has changed.
@Confined("config thread")
public final class RuntimeLayers {
    /// How many values an operator may set.
    public static final int MOST_OF_OPERATOR = 1_000;

    /// Whether values were set.
    public enum Modified {
        YES,
        /// The bootstrap has no layer for an operator.
        NO_LAYER,
        /// There would be more than [#MOST_OF_OPERATOR].
        TOO_MANY
    }

    private final List<RuntimeLayer> layers;
    private final List<Map<String, RuntimeValue>> values = new ArrayList<>();
    private final Consumer<RuntimeValues> published;
    private RuntimeValues now = RuntimeValues.NONE;

    /// @param layers of names that differ
    /// @param published told each change
    public RuntimeLayers(List<RuntimeLayer> layers, Consumer<RuntimeValues> published) {
        this.layers = List.copyOf(layers);
        this.published = published;
        for (RuntimeLayer layer : layers) {
            values.add(
                    layer.source() instanceof RuntimeLayer.Source.Fixed(var fixed)
                            ? fixed
                            : Map.of());
        }
    }

    /// Publishes what is known from the start.
    public void start() {
        publish();
    }

    /// What the control plane is asked for.
    public Set<String> resources() {
        var names = new TreeSet<String>();
        for (RuntimeLayer layer : layers) {
            if (layer.source() instanceof RuntimeLayer.Source.Subscribed(String resource)) {
                names.add(resource);
            }
        }
        return names;
    }

    /// Takes what the control plane says of a layer now; what it said before is gone.
    public void put(String resource, Map<String, RuntimeValue> said) {
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i).source() instanceof RuntimeLayer.Source.Subscribed(String name)
                    && name.equals(resource)) {
                values.set(i, Map.copyOf(said));
            }
        }
        publish();
    }

    /// Takes what an operator says, beside what he said before.
    ///
    /// @param said by key; an empty text takes back what he said
    /// @return whether it was taken; if not, nothing is changed
    public Modified modify(Map<String, String> said) {
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i).source() instanceof RuntimeLayer.Source.Admin) {
                var all = new HashMap<>(values.get(i));
                said.forEach((key, text) -> {
                    if (text.isEmpty()) {
                        all.remove(key);
                    } else {
                        all.put(key, RuntimeValue.ofText(text));
                    }
                });
                if (all.size() > MOST_OF_OPERATOR) {
                    return Modified.TOO_MANY;
                }
                values.set(i, Map.copyOf(all));
                publish();
                return Modified.YES;
            }
        }
        return Modified.NO_LAYER;
    }

    private void publish() {
        var all = new HashMap<String, RuntimeValue>();
        values.forEach(all::putAll);
        var next = new RuntimeValues(all);
        if (!next.equals(now)) {
            now = next;
            published.accept(next);
        }
    }

    /// The layers and their values, as Envoy's page has them.
    public String json() {
        var keys = new TreeSet<String>();
        values.forEach(layer -> keys.addAll(layer.keySet()));
        String names =
                layers.stream()
                        .map(layer -> JsonText.write(layer.name()))
                        .collect(Collectors.joining(",", "[", "]"));
        return keys.stream()
                .map(this::json)
                .collect(
                        Collectors.joining(",", "{\"layers\":" + names + ",\"entries\":{", "}}\n"));
    }

    private String json(String key) {
        var last = new StringBuilder();
        String each =
                values.stream()
                        .map(layer -> {
                            RuntimeValue value = layer.get(key);
                            String text = value == null ? "" : value.text();
                            if (!text.isEmpty()) {
                                last.setLength(0);
                                last.append(text);
                            }
                            return JsonText.write(text);
                        })
                        .collect(Collectors.joining(",", "[", "]"));
        return "%s:{\"layer_values\":%s,\"final_value\":%s}"
                .formatted(JsonText.write(key), each, JsonText.write(last.toString()));
    }
}
