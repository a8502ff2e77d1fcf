package dev.heddle.compiler.check;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.compiler.service.WorkloadGroups;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.istio.WorkloadGroup;
import dev.heddle.model.kinds.Kinds;

/// Finds what is asked of processes that the mesh does not start: proxies (ProxyConfig), and
/// whoever looks after a machine's workload (WorkloadGroup).
final class ProcessCheck {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private ProcessCheck() {}

    static void check(MeshIndex index, Diagnostics findings) {
        index.resources().all(Kinds.PROXY_CONFIG).forEach(c -> image(c, findings));
        index.resources().all(Kinds.WORKLOAD_GROUP).forEach(g -> group(g, findings));
        index.resources().all(Kinds.WORKLOAD_ENTRY).forEach(e -> entry(index, e, findings));
    }

    private static void image(Resource<ProxyConfig> config, Diagnostics findings) {
        if (config.spec().image().isPresent()) {
            add(
                    config,
                    SPEC.field("image"),
                    "proxies are processes here and no containers: whoever starts one chooses"
                            + " which, and no image is pulled",
                    "Start 'heddle proxy' or Envoy; where a container is started, give it the"
                            + " image there",
                    findings);
        }
    }

    private static void group(Resource<WorkloadGroup> group, Diagnostics findings) {
        if (group.spec().probe().isPresent()) {
            add(
                    group,
                    SPEC.field("probe"),
                    "no agent of the mesh runs on the machine to probe its workload, which counts"
                            + " as ready as long as its WorkloadEntry is there",
                    "Have its clients ask it by healthCheck of a BackendTrafficPolicy, or find out"
                            + " by outlierDetection of a DestinationRule",
                    findings);
        }
    }

    private static void entry(
            MeshIndex index, Resource<WorkloadEntry> entry, Diagnostics findings) {
        String group = entry.metadata().annotations().get(WorkloadGroups.GROUP);
        if (group != null && WorkloadGroups.of(index.resources(), entry).isEmpty()) {
            findings.add(
                    DiagnosticCode.REFERENCED_RESOURCE_NOT_FOUND,
                    entry.origin(FieldPath.of("metadata", "annotations", WorkloadGroups.GROUP)),
                    "there is no WorkloadGroup '" + group + "' in its namespace",
                    "Define it, or remove the annotation");
        }
    }

    private static void add(
            Resource<?> resource,
            FieldPath path,
            String message,
            String hint,
            Diagnostics findings) {
        findings.add(DiagnosticCode.NOT_IMPLEMENTED, resource.origin(path), message, hint);
    }
}
