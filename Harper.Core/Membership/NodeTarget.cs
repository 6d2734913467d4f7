using Harper.Core.Identity;

namespace Harper.Core.Membership;

/// <summary>The node that a cluster operation is about.</summary>
public sealed record NodeTarget(NodeName Name, Uri Url);
