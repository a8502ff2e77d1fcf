/// Who a workload is, and how it asks for a certificate that says so.
///
/// A workload's identity is its [SpiffeId]. Its key is made where it runs; a [SigningRequest] goes
/// to the certificate authority, which answers with a chain and the mesh's roots.
@NullMarked
package dev.heddle.xds.identity;

import org.jspecify.annotations.NullMarked;
