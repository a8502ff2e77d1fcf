package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadConfig;
import dev.heddle.proxy.overload.OverloadConfig.Trigger;
import dev.heddle.xds.wire.WireException;
import envoy.config.overload.v3.OverloadManager;
import envoy.config.overload.v3.ResourceMonitor;
import envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads the bootstrap's overload manager.
final class OverloadParser {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final Findings findings;

    OverloadParser(Findings findings) {
        this.findings = findings;
    }

    Optional<OverloadConfig> read(String path, OverloadManager manager) {
        findings.fields(path, manager, Set.of("refresh_interval", "resource_monitors", "actions"));
        Duration refresh = REFRESH;
        if (manager.hasRefreshInterval()) {
            refresh =
                    findings.duration(join(path, "refresh_interval"), manager.getRefreshInterval());
            if (refresh.toMillis() < 1) {
                findings.reject(
                        join(path, "refresh_interval"), refresh + " (expected: at least 1 ms)");
                refresh = REFRESH;
            }
        }
        String monitored = "";
        long heap = 0;
        for (int i = 0; i < manager.getResourceMonitorsCount(); i++) {
            ResourceMonitor monitor = manager.getResourceMonitors(i);
            heap = heap(join(path, "resource_monitors[" + i + "]"), monitor);
            monitored = monitor.getName();
        }
        Map<OverloadAction, Trigger> triggers = triggers(path, manager, monitored);
        return heap < 1
                ? Optional.empty()
                : Optional.of(new OverloadConfig(refresh, heap, triggers));
    }

    private long heap(String path, ResourceMonitor monitor) {
        String at = join(path, "typed_config");
        var prototype = FixedHeapConfig.getDefaultInstance();
        if (!monitor.getTypedConfig().holds(prototype)) {
            findings.notImplemented(at, "'" + monitor.getTypedConfig().getTypeUrl() + "'");
            return 0;
        }
        try {
            long bytes = monitor.getTypedConfig().unpack(prototype).getMaxHeapSizeBytes();
            if (bytes < 1) {
                findings.reject(join(at, "max_heap_size_bytes"), bytes + " (expected: at least 1)");
            }
            return bytes;
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return 0;
        }
    }

    private Map<OverloadAction, Trigger> triggers(
            String path, OverloadManager manager, String monitored) {
        var triggers = new EnumMap<OverloadAction, Trigger>(OverloadAction.class);
        for (int i = 0; i < manager.getActionsCount(); i++) {
            var action = manager.getActions(i);
            String at = join(path, "actions[" + i + "]");
            findings.fields(at, action, Set.of("name", "triggers"));
            Optional<OverloadAction> known = OverloadAction.named(action.getName());
            if (known.isEmpty()) {
                findings.notImplemented(join(at, "name"), "'" + action.getName() + "'");
                continue;
            }
            if (action.getTriggersCount() != 1) {
                findings.reject(
                        join(at, "triggers"), action.getTriggersCount() + " (expected: one)");
                continue;
            }
            var trigger = action.getTriggers(0);
            String where = join(at, "triggers[0]");
            findings.fields(where, trigger, Set.of("name", "threshold", "scaled"));
            if (!trigger.getName().equals(monitored)) {
                findings.reject(
                        join(where, "name"),
                        "'" + trigger.getName() + "' (expected: the name of a resource monitor)");
            }
            trigger(where, trigger).ifPresent(it -> triggers.put(known.get(), it));
        }
        return triggers;
    }

    private Optional<Trigger> trigger(String path, envoy.config.overload.v3.Trigger trigger) {
        double begins =
                trigger.hasScaled()
                        ? trigger.getScaled().getScalingThreshold()
                        : trigger.getThreshold().getValue();
        double isFull =
                trigger.hasScaled()
                        ? trigger.getScaled().getSaturationThreshold()
                        : trigger.getThreshold().getValue();
        try {
            return Optional.of(new Trigger(begins, isFull));
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }
}
