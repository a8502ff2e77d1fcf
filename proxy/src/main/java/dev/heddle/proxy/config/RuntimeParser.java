package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.struct.Structs;
import dev.heddle.proxy.tuning.RuntimeLayer;
import dev.heddle.proxy.tuning.RuntimeLayer.Source;
import dev.heddle.proxy.tuning.RuntimeValue;
import envoy.config.bootstrap.v3.LayeredRuntime;
import envoy.service.runtime.v3.Runtime;
import google.protobuf.Struct;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what is said of the runtime.
final class RuntimeParser {
    /// A layer of more is nobody's.
    private static final int MOST_VALUES = 10_000;

    private final Findings findings;

    RuntimeParser(Findings findings) {
        this.findings = findings;
    }

    /// Reads a layer as the control plane sends it.
    static Parsed<Layer> parse(Runtime runtime) {
        var findings = new Findings();
        findings.fields("", runtime, Set.of("name", "layer"));
        return findings.of(
                new Layer(
                        runtime.getName(),
                        new RuntimeParser(findings).values("layer", runtime.getLayer())));
    }

    /// A layer as the control plane sends it.
    record Layer(String name, Map<String, RuntimeValue> values) {}

    /// Reads the layers of a bootstrap.
    List<RuntimeLayer> layers(String path, LayeredRuntime runtime) {
        findings.fields(path, runtime, Set.of("layers"));
        var layers = new ArrayList<RuntimeLayer>();
        var names = new HashSet<String>();
        boolean hasAdmin = false;
        for (int i = 0; i < runtime.getLayersCount(); i++) {
            var layer = runtime.getLayers(i);
            String at = join(path, "layers[" + i + "]");
            findings.fields(at, layer, Set.of("name", "static_layer", "admin_layer", "rtds_layer"));
            findings.required(join(at, "name"), layer.getName());
            if (!names.add(layer.getName())) {
                findings.reject(join(at, "name"), "'" + layer.getName() + "' is there twice");
            }
            switch (layer.getLayerSpecifierCase()) {
                case STATIC_LAYER ->
                        layers.add(
                                new RuntimeLayer(
                                        layer.getName(),
                                        new Source.Fixed(
                                                values(
                                                        join(at, "static_layer"),
                                                        layer.getStaticLayer()))));
                case ADMIN_LAYER -> {
                    if (hasAdmin) {
                        findings.reject(join(at, "admin_layer"), "is there twice");
                    }
                    hasAdmin = true;
                    layers.add(new RuntimeLayer(layer.getName(), new Source.Admin()));
                }
                case RTDS_LAYER -> {
                    String of = join(at, "rtds_layer");
                    findings.fields(of, layer.getRtdsLayer(), Set.of("name", "rtds_config"));
                    findings.required(join(of, "name"), layer.getRtdsLayer().getName());
                    ConfigSources.check(
                            findings,
                            join(of, "rtds_config"),
                            layer.getRtdsLayer().getRtdsConfig());
                    layers.add(
                            new RuntimeLayer(
                                    layer.getName(),
                                    new Source.Subscribed(layer.getRtdsLayer().getName())));
                }
                case DISK_LAYER -> {
                    // Found by the field check.
                }
                case LAYERSPECIFIER_NOT_SET ->
                        findings.reject(
                                at, "is empty (expected: static_layer, admin_layer or rtds_layer)");
            }
        }
        return layers;
    }

    private Map<String, RuntimeValue> values(String path, Struct layer) {
        var values = new HashMap<String, RuntimeValue>();
        Structs.read(layer).forEach((key, value) -> read(path, key, value, values));
        findings.range(path + " (number of values)", values.size(), 0, MOST_VALUES);
        return values;
    }

    /// What is below `a` at `b` has the key `a.b`, as at Envoy.
    private void read(
            String path, String key, @Nullable Object value, Map<String, RuntimeValue> values) {
        boolean isShare =
                value instanceof Map<?, ?> map
                        && (map.isEmpty()
                                || map.containsKey("numerator")
                                || map.containsKey("denominator"));
        if (value instanceof Map<?, ?> map && !isShare) {
            map.forEach((below, each) -> read(path, key + "." + below, each, values));
            return;
        }
        RuntimeValue.of(value)
                .ifPresentOrElse(
                        read -> values.put(key, read),
                        () ->
                                findings.reject(
                                        path + "['" + key + "']",
                                        value
                                                + " (expected: a number, true or false, a text, or"
                                                + " {numerator, denominator: HUNDRED,"
                                                + " TEN_THOUSAND or MILLION})"));
    }
}
