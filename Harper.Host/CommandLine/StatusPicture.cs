using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Harper.Host.CommandLine;

/// <summary>What <c>cluster_status</c> said, as <c>harper status</c> shows it.</summary>
internal sealed record StatusPicture(string Node, string Url, bool Enabled, IReadOnlyList<StatusLine> Lines)
{
    public const string Alone = "It knows no other node. To make it a member of a cluster: harper add_node url=ws://HOST:9933 'authorization={\"username\":...,\"password\":...}', or replication.routes";

    public string Title => $"{Node}  {Url}  {(Enabled ? "takes part in replication" : "does not take part in replication")}";

    public static StatusPicture Of(JsonElement status)
    {
        var lines = new List<StatusLine>();
        if (status.TryGetProperty("connections", out var connections) && connections.ValueKind == JsonValueKind.Array)
            foreach (var peer in connections.EnumerateArray())
            {
                var sockets = peer.TryGetProperty("database_sockets", out var list) ? list.EnumerateArray().ToList() : [];
                if (sockets.Count == 0) lines.Add(new StatusLine(Text(peer, "name"), "-", false, Text(peer, "reason"), default));
                foreach (var socket in sockets)
                {
                    var connected = socket.TryGetProperty("connected", out var flag) && flag.ValueKind == JsonValueKind.True;
                    lines.Add(new StatusLine(Text(peer, "name"), Text(socket, "database"), connected, connected ? "" : Reason(peer, socket), socket));
                }
            }
        var enabled = status.TryGetProperty("is_enabled", out var on) && on.ValueKind == JsonValueKind.True;
        return new StatusPicture(Text(status, "node_name"), Text(status, "url"), enabled, lines);
    }

    internal static string Text(JsonElement holder, string name) =>
        holder.ValueKind != JsonValueKind.Object || !holder.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
        {
            JsonValueKind.Null => "?",
            JsonValueKind.Number => value.GetDouble().ToString("0.##", CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };

    /// <summary>That is what whoever looks wants to know.</summary>
    private static string Reason(JsonElement peer, JsonElement socket)
    {
        var reason = socket.TryGetProperty("lastConnectionError", out var error) ? Text(error, "reason") : "";
        return reason.Length > 0 ? reason : Text(peer, "reason");
    }
}

/// <summary>One database with one peer.</summary>
/// <param name="Reason">Why it is not connected.</param>
/// <param name="Socket">Its entry of <c>database_sockets</c>; undefined where there is none.</param>
internal sealed record StatusLine(string Peer, string Database, bool Connected, string Reason, JsonElement Socket)
{
    private const int BarWidth = 20;

    /// <summary>A peer that is copying from here gives nothing before it has everything: until then nothing comes from there, and nothing is wrong.</summary>
    public bool WaitsForCopy => !Connected && Find("sendingCopyProgress") is not null;

    public string State => Connected ? "connected" : WaitsForCopy ? "gives a copy, takes once that is done" : Reason.Length == 0 ? "not connected" : $"not connected: {Reason}";

    /// <summary>Share of the copy that is here, from 0 to 1; null when there is none or its end is not known.</summary>
    public double? CopiedShare => Copy is { } copy && Number(copy, "totalRecords") is > 0 and var total ? Math.Clamp((Number(copy, "records") ?? 0) / total, 0, 1) : null;

    /// <summary>The copy that the node receives, or else the one that it gives.</summary>
    private JsonElement? Copy => Find("copyProgress") ?? Find("sendingCopyProgress");

    private bool IsGiven => Find("copyProgress") is null;

    public string this[string name] => StatusPicture.Text(Socket, name);

    /// <summary>A copy in words: how much, how fast, how long still. Empty when none runs.</summary>
    public string CopyInWords
    {
        get
        {
            if (Copy is not { } copy) return "";
            var words = new StringBuilder(IsGiven ? "giving a copy" : "copying");
            if (StatusPicture.Text(copy, "table") is { Length: > 0 } table) words.Append(CultureInfo.InvariantCulture, $"{(IsGiven ? " of" : "")} {table}");
            words.Append(CultureInfo.InvariantCulture, $": {Number(copy, "records") ?? 0:N0}");
            if (Number(copy, "totalRecords") is { } total) words.Append(CultureInfo.InvariantCulture, $" of {total:N0}");
            words.Append(" records");
            if (CopiedShare is { } share) words.Append(CultureInfo.InvariantCulture, $" ({share * 100:0} %)");
            words.Append(CultureInfo.InvariantCulture, $", {Number(copy, "bytes") / 1e6 ?? 0:N1} MB");
            if (Number(copy, "recordsPerSecond") is { } rate) words.Append(CultureInfo.InvariantCulture, $", {rate:N0} records/s");
            if (Number(copy, "bytesPerSecond") is { } bytes) words.Append(CultureInfo.InvariantCulture, $", {bytes / 1e6:N1} MB/s");
            if (Number(copy, "secondsLeft") is { } left) words.Append(CultureInfo.InvariantCulture, $", {Duration(left)} left");
            return words.ToString();
        }
    }

    /// <summary>When something came last, by the node's clock, without what makes a line too long.</summary>
    public string LastReceived => DateTimeOffset.TryParse(this["lastReceivedLocalTime"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) : "";

    public string Bar => CopiedShare is { } share ? new string('█', (int)(share * BarWidth)).PadRight(BarWidth, '░') : "";

    /// <summary>For pipes and logs.</summary>
    public override string ToString()
    {
        var copy = CopyInWords is { Length: > 0 } words ? ", " + words : "";
        if (!Connected) return $"{Peer} {Database} {State}{copy}";
        var lag = this["lagMs"] is "?" or "" ? "" : $"lag {this["lagMs"]} ms, ";
        return $"{Peer} {Database} connected, {lag}pending {this["pendingTransactions"]} transactions ({this["pendingBytes"]} bytes){copy}";
    }

    private JsonElement? Find(string name) => Socket.ValueKind == JsonValueKind.Object && Socket.TryGetProperty(name, out var found) ? found : null;

    private static double? Number(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string Duration(double seconds) => seconds < 90
        ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s")
        : seconds < 5400 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min") : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:0.0} h");
}
