/// The Bookinfo sample: a page about one book that is put together from four services.
///
/// ```
///   productpage ──▶ details
///        └────────▶ reviews (v1 | v2 | v3) ──▶ ratings      v1 does not ask for ratings
/// ```
///
/// Names, ports, paths and answers are those of Istio's sample, so configuration that is written
/// for it steers this one too. Each service is one process of [BookinfoMain]; a service calls its
/// peers by their names in the mesh, through the proxy that `HTTP_PROXY` names. Nothing here knows
/// the rest of Heddle, and nothing but the JDK is needed to run it.
@NullMarked
package dev.heddle.samples.bookinfo;

import org.jspecify.annotations.NullMarked;
