package dev.heddle.xds.client;

import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import java.util.List;

/// What a proxy does with the configuration that reaches it.
///
/// The calls come one at a time, in the order in which the responses came. A subscriber that
/// subscribes to more because of a call (endpoints of a new cluster) does so before it returns, so
/// that the server learns of it before it reads the answer.
public interface XdsSubscriber {

    /// Resources that are new or changed, and names that are no more.
    ///
    /// A name in `removed` may never have been there: so a server says that what was asked for does
    /// not exist. Resources that this subscriber does not name in its answer are taken as accepted.
    ///
    /// @return what cannot be used: nothing, and the response is ACKed; else it is NACKed with
    ///   these texts, and the server sends none of the rejected resources until they change
    List<Rejection> onUpdate(XdsType type, List<XdsResource> changed, List<String> removed);
}
