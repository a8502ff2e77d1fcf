package dev.heddle.console.api;

import dev.heddle.control.recorder.FlightRecorders;
import dev.heddle.control.recorder.FlightRecorders.Dump;
import dev.heddle.control.recorder.FlightRecorders.Workload;
import dev.heddle.model.tree.Node;

/// Has proxies tell what they remember of their last requests.
final class RecorderApi {
    private final FlightRecorders recorders;

    RecorderApi(FlightRecorders recorders) {
        this.recorders = recorders;
    }

    ApiResponse dump(Call call) {
        var workload = new Workload(call.path().namespace(), call.path().get("name"));
        Dump dump = recorders.dump(workload, call.caller().name() + " asked for it");
        if (dump.asked().isEmpty() && dump.without().isEmpty()) {
            return ApiResponse.error(
                    404,
                    "no proxy of workload '" + workload + "' is connected",
                    "/" + String.join("/", call.request().segments()),
                    "'heddle proxy-status' lists the proxies that are");
        }
        return ApiResponse.json(
                200,
                Node.Mapping.EMPTY
                        .with("dump", Integer.toString(dump.id()))
                        .with("new", dump.isNew())
                        .with("asked", ApiResponse.texts(dump.asked()))
                        .with("without", ApiResponse.texts(dump.without())));
    }
}
