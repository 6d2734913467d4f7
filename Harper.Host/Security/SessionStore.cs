using System.Security.Cryptography;
using System.Text;
using Harper.Actors.Databases;
using Harper.Actors.Users;
using Harper.Core.Commit;
using Harper.Core.Identity;
using Harper.Core.Json;
using Harper.Core.Keys;
using Harper.Core.Operations;
using Harper.Core.Schema;
using Harper.Core.Time;
using Harper.Core.Transactions;
using Harper.Core.Values;

namespace Harper.Host.Security;

/// <summary>
/// Sessions as rows of <c>system.hdb_session</c>, so that they outlive a restart. A row is named by the hash of what the browser holds: who reads the table,
/// a backup or a log cannot take a session over.
/// </summary>
/// <param name="life">How long a session holds after it began.</param>
internal sealed class SessionStore(IDatabaseDirectory databases, bool enabled, TimeSpan life, IClock clock) : ISessions
{
    private const int MaxSessions = 100_000;
    private const int SessionChars = 36;
    private static readonly TableName Sessions = new("hdb_session");
    private static readonly ShapeCache Shapes = new();

    private IDatabaseHandle Database => databases.Find(DatabaseName.System) ?? throw new OperationError(503, "The node is starting or stopping");

    public async Task<string> BeginAsync(UserAccount account, CancellationToken cancellation)
    {
        if (!enabled) throw new OperationError(403, "Sessions are switched off on this node (authentication.enableSessions): use tokens or Basic authentication");
        await EnsureTableAsync().ConfigureAwait(false);
        using (var view = Database.OpenView())
            if (view.Count(view.Catalog.Find(Sessions)!, exact: false) >= MaxSessions)
                throw new OperationError(503, "Too many sessions are open: log out of some, or wait until old ones end") { RetryAfterSeconds = 60 };
        var session = new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
        var record = new RecordBuilder(Shapes);
        record.SetText("id", NameOf(session));
        record.SetText("user", account.Username);
        record.SetText("credential", account.Credential);
        record.SetNumber("expires", clock.NowMs + life.TotalMilliseconds);
        await CommitAsync(new LocalWrite(Sessions, KeyCodec.FromText(NameOf(session)), WriteMode.Put, record.Build())).ConfigureAwait(false);
        return session;
    }

    public (string Username, string Credential)? Find(string session)
    {
        if (!enabled || session.Length != SessionChars) return null;
        using var view = Database.OpenView();
        if (view.Catalog.Find(Sessions) is not { } table || !view.TryRead(table, KeyCodec.FromText(NameOf(session)), out var record)) return null;
        var row = RecordJson.Read(record.Record);
        return row.TryGetProperty("expires", out var expires) && expires.GetDouble() > clock.NowMs
            ? (row.GetProperty("user").GetString()!, row.GetProperty("credential").GetString()!)
            : null;
    }

    public async Task EndAsync(string session, CancellationToken cancellation)
    {
        if (session.Length != SessionChars || Database.Engine.Catalog.Find(Sessions) is null) return;
        await CommitAsync(new LocalWrite(Sessions, KeyCodec.FromText(NameOf(session)), WriteMode.Delete, default)).ConfigureAwait(false);
    }

    private async Task EnsureTableAsync()
    {
        if (Database.Engine.Catalog.Find(Sessions) is not null) return;
        var spec = new TableSpec(Sessions, "id", [new AttributeDefinition(0, "id", IsPrimaryKey: true, Nullable: false)])
        {
            Replicate = false, Audit = false, ExpirationSeconds = life.TotalSeconds,
        };
        Check(await Database.CommitAsync(new CommitRequest.Schema([new SchemaEdit.EnsureTable(spec, Declared: true)])).ConfigureAwait(false));
    }

    private async Task CommitAsync(LocalWrite write) =>
        Check(await Database.CommitAsync(new CommitRequest.Local([write], null) { Bytes = write.Value.Values.Length + 64 }).ConfigureAwait(false));

    private static void Check(CommitResult result)
    {
        if (result is CommitResult.Rejected rejected) throw new OperationError(503, rejected.Message) { RetryAfterSeconds = 1 };
    }

    private static string NameOf(string session) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(session)));
}
