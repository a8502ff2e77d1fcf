/// Other trust domains: whom they believe, fetched from where they say it.
///
/// [dev.heddle.control.federation.BundleSource] stands between the files and the world and adds a
/// file of its own with the bundles that it has fetched, so that they are versioned, kept over
/// restarts and compiled as everything else is.
@NullMarked
package dev.heddle.control.federation;

import org.jspecify.annotations.NullMarked;
