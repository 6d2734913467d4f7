using Akka.Configuration;
using Harper.Actors.Node;

namespace Harper.Actors.ControlPlane;

/// <summary>How the control plane runs.</summary>
/// <param name="Enabled">Off: nodes see each other by their data connections only.</param>
/// <param name="LookInterval">Between two looks at peers and members.</param>
/// <param name="JoinPatience">Not a member by then: begin anew with the peers that are reachable now.</param>
/// <param name="MergePatience">A reachable peer that is in another cluster for this long: the side with the greater names gives up its own.</param>
/// <param name="System">Configuration of the actor system that carries it.</param>
public sealed record ControlSettings(bool Enabled, TimeSpan LookInterval, TimeSpan JoinPatience, TimeSpan MergePatience, Config System)
{
    public static ControlSettings Create(Config config)
    {
        var section = SettingsSection.Of(config, "harper.control");
        return new ControlSettings(
            section.Bool("enabled"), section.Time("look-interval"), section.Time("join-patience"), section.Time("merge-patience"),
            config.GetConfig("harper.control.system"));
    }
}
