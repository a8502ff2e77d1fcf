package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.overload.Monitor;
import dev.heddle.proxy.overload.OverloadAction;
import dev.heddle.proxy.overload.OverloadConfig;
import dev.heddle.proxy.overload.OverloadConfig.Trigger;
import dev.heddle.proxy.overload.TimerScale;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.Message;
import dev.heddle.xds.wire.WireException;
import envoy.config.overload.v3.OverloadManager;
import envoy.config.overload.v3.ResourceMonitor;
import envoy.config.overload.v3.ScaleTimersOverloadActionConfig;
import envoy.config.overload.v3.ScaleTimersOverloadActionConfig.ScaleTimer;
import envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig;
import envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig;
import envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Reads the bootstrap's overload manager.
@Confined("its reader")
final class OverloadParser {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final Findings findings;
    private final Map<String, Monitor> monitors = new HashMap<>();
    private final Map<OverloadAction, Map<String, Trigger>> triggers =
            new EnumMap<>(OverloadAction.class);
    private OptionalInt maxConnections = OptionalInt.empty();
    private Optional<TimerScale> idleScale = Optional.empty();

    OverloadParser(Findings findings) {
        this.findings = findings;
    }

    Optional<OverloadConfig> read(String path, OverloadManager manager) {
        findings.fields(
                path,
                manager,
                Set.of(
                        "refresh_interval",
                        "resource_monitors",
                        "actions",
                        "loadshed_points",
                        "buffer_factory_config"));
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
        for (int i = 0; i < manager.getResourceMonitorsCount(); i++) {
            monitor(join(path, "resource_monitors[" + i + "]"), manager.getResourceMonitors(i));
        }
        for (int i = 0; i < manager.getActionsCount(); i++) {
            var action = manager.getActions(i);
            String at = join(path, "actions[" + i + "]");
            findings.fields(at, action, Set.of("name", "triggers", "typed_config"));
            Optional<OverloadAction> known = named(at, action.getName(), false);
            known.ifPresent(it -> triggers(at, it, action.getTriggersList()));
            if (action.hasTypedConfig()) {
                timers(join(at, "typed_config"), action.getTypedConfig(), known);
            } else if (known.equals(Optional.of(OverloadAction.REDUCE_TIMEOUTS))) {
                findings.reject(join(at, "typed_config"), "is missing");
            }
        }
        for (int i = 0; i < manager.getLoadshedPointsCount(); i++) {
            var point = manager.getLoadshedPoints(i);
            String at = join(path, "loadshed_points[" + i + "]");
            findings.fields(at, point, Set.of("name", "triggers"));
            named(at, point.getName(), true)
                    .ifPresent(it -> triggers(at, it, point.getTriggersList()));
        }
        OptionalInt leastAccount = leastAccount(path, manager);
        return monitors.isEmpty() && maxConnections.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new OverloadConfig(
                                refresh,
                                monitors,
                                triggers,
                                idleScale,
                                maxConnections,
                                leastAccount));
    }

    private OptionalInt leastAccount(String path, OverloadManager manager) {
        OptionalInt least = OptionalInt.empty();
        if (manager.hasBufferFactoryConfig()) {
            var accounts = manager.getBufferFactoryConfig();
            findings.fields(
                    join(path, "buffer_factory_config"),
                    accounts,
                    Set.of("minimum_account_to_track_power_of_two"));
            int power = accounts.getMinimumAccountToTrackPowerOfTwo();
            if (power < 10 || power > 56) {
                findings.reject(
                        join(path, "buffer_factory_config.minimum_account_to_track_power_of_two"),
                        Integer.toUnsignedString(power) + " (expected: 10 to 56)");
            } else {
                least = OptionalInt.of(power);
            }
        }
        if (least.isEmpty() && triggers.containsKey(OverloadAction.RESET_HIGH_MEMORY_STREAM)) {
            findings.reject(
                    join(path, "buffer_factory_config.minimum_account_to_track_power_of_two"),
                    "is missing, and an action resets streams by it");
        }
        return least;
    }

    private Optional<OverloadAction> named(String path, String name, boolean isPoint) {
        Optional<OverloadAction> known =
                OverloadAction.named(name).filter(it -> it.isShedPoint() == isPoint);
        if (known.isEmpty()) {
            findings.notImplemented(join(path, "name"), "'" + name + "'");
        }
        return known;
    }

    private void monitor(String path, ResourceMonitor monitor) {
        String at = join(path, "typed_config");
        Any config = monitor.getTypedConfig();
        String name = monitor.getName();
        if (config.holds(FixedHeapConfig.getDefaultInstance())) {
            opened(at, config, FixedHeapConfig.getDefaultInstance())
                    .ifPresent(heap -> {
                        long bytes = heap.getMaxHeapSizeBytes();
                        if (bytes < 1) {
                            findings.reject(
                                    join(at, "max_heap_size_bytes"),
                                    bytes + " (expected: at least 1)");
                        } else {
                            monitors.put(name, new Monitor.FixedHeap(bytes));
                        }
                    });
        } else if (config.holds(InjectedResourceConfig.getDefaultInstance())) {
            opened(at, config, InjectedResourceConfig.getDefaultInstance())
                    .ifPresent(injected -> {
                        if (injected.getFilename().isEmpty()) {
                            findings.reject(join(at, "filename"), "'' (expected: a file)");
                        } else {
                            monitors.put(
                                    name, new Monitor.Injected(Path.of(injected.getFilename())));
                        }
                    });
        } else if (config.holds(DownstreamConnectionsConfig.getDefaultInstance())) {
            opened(at, config, DownstreamConnectionsConfig.getDefaultInstance())
                    .ifPresent(limit -> {
                        long most = limit.getMaxActiveDownstreamConnections();
                        if (most < 1 || most > Integer.MAX_VALUE) {
                            findings.reject(
                                    join(at, "max_active_downstream_connections"),
                                    most + " (expected: 1 to " + Integer.MAX_VALUE + ")");
                        } else {
                            maxConnections = OptionalInt.of((int) most);
                        }
                    });
        } else {
            findings.notImplemented(at, "'" + config.getTypeUrl() + "'");
        }
    }

    private <M extends Message> Optional<M> opened(String path, Any config, M prototype) {
        try {
            return Optional.of(config.unpack(prototype));
        } catch (WireException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void triggers(
            String path,
            OverloadAction action,
            List<? extends envoy.config.overload.v3.Trigger> all) {
        if (all.isEmpty()) {
            findings.reject(join(path, "triggers"), "[] (expected: one or more)");
        }
        var of = new HashMap<String, Trigger>();
        for (int i = 0; i < all.size(); i++) {
            var trigger = all.get(i);
            String at = join(path, "triggers[" + i + "]");
            findings.fields(at, trigger, Set.of("name", "threshold", "scaled"));
            if (!monitors.containsKey(trigger.getName())) {
                findings.reject(
                        join(at, "name"),
                        "'" + trigger.getName() + "' (expected: the name of a resource monitor)");
            }
            trigger(at, trigger).ifPresent(it -> of.put(trigger.getName(), it));
        }
        triggers.put(action, Map.copyOf(of));
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

    private void timers(String path, Any config, Optional<OverloadAction> action) {
        if (!action.equals(Optional.of(OverloadAction.REDUCE_TIMEOUTS))
                || !config.holds(ScaleTimersOverloadActionConfig.getDefaultInstance())) {
            findings.notImplemented(path, "'" + config.getTypeUrl() + "'");
            return;
        }
        opened(path, config, ScaleTimersOverloadActionConfig.getDefaultInstance())
                .ifPresent(timers -> {
                    for (int i = 0; i < timers.getTimerScaleFactorsCount(); i++) {
                        timer(
                                join(path, "timer_scale_factors[" + i + "]"),
                                timers.getTimerScaleFactors(i));
                    }
                    if (timers.getTimerScaleFactorsCount() == 0) {
                        findings.reject(
                                join(path, "timer_scale_factors"), "[] (expected: one or more)");
                    }
                });
    }

    private void timer(String path, ScaleTimer timer) {
        findings.fields(path, timer, Set.of("timer", "min_timeout", "min_scale"));
        if (timer.getTimer()
                != ScaleTimersOverloadActionConfig.TimerType.HTTP_DOWNSTREAM_CONNECTION_IDLE) {
            findings.notImplemented(join(path, "timer"), timer.getTimer().toString());
            return;
        }
        if (timer.hasMinTimeout()) {
            Duration least = findings.duration(join(path, "min_timeout"), timer.getMinTimeout());
            idleScale = Optional.of(new TimerScale(least, 0));
            return;
        }
        double percent = timer.getMinScale().getValue();
        if (!(percent >= 0 && percent <= 100)) {
            findings.reject(join(path, "min_scale.value"), percent + " (expected: 0 to 100)");
            return;
        }
        idleScale = Optional.of(new TimerScale(Duration.ZERO, percent / 100));
    }
}
