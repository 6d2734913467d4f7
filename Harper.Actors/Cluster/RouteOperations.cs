using System.Collections.Immutable;
using System.Text.Json;
using Harper.Actors.Configuration;
using Harper.Actors.Membership;
using Harper.Actors.Operations;
using Harper.Core.Identity;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Cluster;

/// <summary>cluster_set_routes, cluster_get_routes, cluster_delete_routes: the configuration's routes, effective at once (D35).</summary>
internal sealed class RouteOperations(MembershipClient membership, IConfigurationStore configuration, NodeIntroduction introduction) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public OperationAnswer Get()
    {
        var routes = configuration.Routes;
        return new OperationAnswer(200, writer =>
        {
            writer.WriteStartArray();
            foreach (var route in routes) route.WriteTo(writer);
            writer.WriteEndArray();
        });
    }

    public async Task<OperationAnswer> SetAsync(JsonElement body, CancellationToken cancellation)
    {
        var given = Parse(body);
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var stored = configuration.Routes.ToList();
            var known = stored.Select(TryParse).OfType<Route>().ToList();
            var set = ImmutableArray.CreateBuilder<JsonElement>();
            var skipped = ImmutableArray.CreateBuilder<JsonElement>();
            var named = ImmutableArray.CreateBuilder<Route>();
            foreach (var route in given)
            {
                if (route.Peer == membership.View.Settings.Self || known.Any(route.SameAddress))
                {
                    skipped.Add(route.AsWritten);
                    continue;
                }
                known.Add(route);
                stored.Add(route.AsWritten);
                set.Add(route.AsWritten);
                named.Add(route);
            }
            var removed = membership.View.Current.Records.Removed;
            await SaveAsync(set.Count > 0, stored, [.. named.Select(route => route.Peer)], cancellation).ConfigureAwait(false);
            var warnings = ImmutableArray.CreateBuilder<string>();
            foreach (var route in named.Where(route => removed.Contains(route.Peer)))
                if (await introduction.RejoinAsync(route, cancellation).ConfigureAwait(false) is { } warning) warnings.Add(warning);
            return Answer("cluster routes successfully set", "set", set.ToImmutable(), skipped.ToImmutable(), warnings.ToImmutable());
        }
        finally
        {
            _one.Release();
        }
    }

    public async Task<OperationAnswer> DeleteAsync(JsonElement body, CancellationToken cancellation)
    {
        var given = Parse(body);
        await _one.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var stored = configuration.Routes.ToList();
            var deleted = ImmutableArray.CreateBuilder<JsonElement>();
            var skipped = ImmutableArray.CreateBuilder<JsonElement>();
            foreach (var route in given)
            {
                var removed = stored.RemoveAll(entry => TryParse(entry) is { } known && known.SameAddress(route));
                (removed > 0 ? deleted : skipped).Add(route.AsWritten);
            }
            await SaveAsync(deleted.Count > 0, stored, [], cancellation).ConfigureAwait(false);
            return Answer("cluster routes successfully deleted", "deleted", deleted.ToImmutable(), skipped.ToImmutable(), []);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task SaveAsync(bool changed, List<JsonElement> routes, ImmutableArray<NodeName> named, CancellationToken cancellation)
    {
        if (!changed) return;
        configuration.SetRoutes(routes);
        await membership.SetRoutesAsync([.. routes], named, cancellation).ConfigureAwait(false);
    }

    private ImmutableArray<Route> Parse(JsonElement body)
    {
        if (!body.TryGetProperty("routes", out var list) || list.ValueKind != JsonValueKind.Array) throw OperationError.Bad("'routes' is required");
        var parser = membership.View.Settings.CreateRouteParser();
        return [.. list.EnumerateArray().Select(entry => parser.TryParse(entry, out var route, out var problem)
            ? route
            : throw OperationError.Bad($"'routes' holds an entry that is no route: {problem}"))];
    }

    private Route? TryParse(JsonElement entry) =>
        membership.View.Settings.CreateRouteParser().TryParse(entry, out var route, out _) ? route : null;

    private static OperationAnswer Answer(
        string message, string done, ImmutableArray<JsonElement> changed, ImmutableArray<JsonElement> skipped, ImmutableArray<string> warnings) =>
        new(200, writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("message", message);
            Write(writer, done, changed);
            Write(writer, "skipped", skipped);
            if (!warnings.IsEmpty)
            {
                writer.WriteStartArray("warnings");
                foreach (var warning in warnings) writer.WriteStringValue(warning);
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, string name, ImmutableArray<JsonElement> entries)
    {
        writer.WriteStartArray(name);
        foreach (var entry in entries) entry.WriteTo(writer);
        writer.WriteEndArray();
    }
}
