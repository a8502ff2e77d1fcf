/// Settings of a mesh as a whole, and of its proxies: Istio's `istio.mesh.v1alpha1`.
///
/// Users have them as a ConfigMap `istio` with the key `mesh`, as an IstioOperator's
/// `spec.meshConfig`, and, for one workload, as the annotation `proxy.istio.io/config`.
@NullMarked
package dev.heddle.model.mesh;

import org.jspecify.annotations.NullMarked;
