package dev.heddle.model;

import java.util.List;

/// A kind of resource: how users name it, and the record that its `spec` is read into.
///
/// @param <S> record of the `spec` (for core kinds without one, of the fields beside `metadata`)
/// @param group API group, empty for Kubernetes' core group
/// @param versions accepted API versions, the one that we write first
/// @param name as in `kind: VirtualService`
/// @param plural as in `heddle get virtualservices`
/// @param shortNames as in `heddle get vs`
/// @param spec where the fields go
/// @param layout whether the fields stand under `spec` or beside `metadata`
/// @param namespaced whether resources of this kind live in a namespace
public record Kind<S>(
        String group,
        List<String> versions,
        String name,
        String plural,
        List<String> shortNames,
        Class<S> spec,
        Layout layout,
        boolean namespaced) {

    /// Where a kind keeps its fields.
    public enum Layout {
        /// Under `spec`, as most kinds do; `status` is skipped.
        SPEC,
        /// Beside `metadata`, as Endpoints and EndpointSlice do.
        FLAT
    }

    public Kind {
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("versions: [] (expected: at least one)");
        }
        versions = List.copyOf(versions);
        shortNames = List.copyOf(shortNames);
    }

    /// As in `apiVersion: networking.istio.io/v1`.
    public String apiVersion() {
        return group.isEmpty() ? versions.getFirst() : group + "/" + versions.getFirst();
    }

    @Override
    public String toString() {
        return group.isEmpty() ? name : name + "." + group;
    }
}
