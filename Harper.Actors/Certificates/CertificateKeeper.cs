using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Harper.Actors.Certificates.X509;
using Harper.Core.Certificates;
using Harper.Core.Membership;
using Harper.Core.Operations;

namespace Harper.Actors.Certificates;

/// <summary>
/// The certificates of this node and every change of them: rows, key files, and the snapshot that follows from both. One call at a time; its owner is
/// CertificateAuthoritiesActor.
/// </summary>
internal sealed class CertificateKeeper(CertificateSettings settings, CertificateTable table, KeyRing keys, PublicRoots? publicRoots, Func<DateTimeOffset> now)
{
    private readonly Dictionary<string, string> _stamps = [];
    private ImmutableArray<StoredCertificate> _all = [];
    private ImmutableArray<(string Node, string Pem)> _recorded = [];

    /// <summary>Rows that cannot be used, each said once by the owner.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Files that changed and cannot be used; the owner tells and clears them.</summary>
    public List<string> FileProblems { get; } = [];

    public CertificateSnapshot Snapshot { get; private set; } = null!;

    public DateTimeOffset Now => now();

    /// <summary>Reads the table, loads what is configured, and makes what a first start needs; true when it made something.</summary>
    public async Task<bool> OpenAsync()
    {
        await LoadConfiguredAsync(onlyChanged: false).ConfigureAwait(false);
        Read();
        if (!settings.IsSecure || Snapshot.Shown(CertificateRow.ReplicationUse, null, now()) is not null) return false;
        await MakeOwnAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>The authorities that the node records name; true when that changed whom this node trusts.</summary>
    public bool Trust(NodeRecords records)
    {
        ImmutableArray<(string, string)> recorded = [.. records.All.Where(record => record.Ca is not null).Select(record => (record.Name.Value, record.Ca!))];
        if (recorded.SequenceEqual(_recorded)) return false;
        _recorded = recorded;
        Build();
        return true;
    }

    /// <summary>Loads files that changed; true when any did. What cannot be used later on is left as it was, and told; at the start it is an error.</summary>
    public async Task<bool> LoadConfiguredAsync(bool onlyChanged = true)
    {
        var changed = false;
        foreach (var entry in settings.Configured)
        {
            if (onlyChanged && _stamps.GetValueOrDefault(entry.Key) == ConfiguredCertificateFiles.StampOf(entry)) continue;
            _stamps[entry.Key] = ConfiguredCertificateFiles.StampOf(entry);
            ConfiguredRows loaded;
            try
            {
                loaded = ConfiguredCertificateFiles.Read(entry);
            }
            catch (InvalidOperationException failure) when (onlyChanged)
            {
                // Half-written perhaps: the rest of it is another change.
                FileProblems.Add(failure.Message);
                continue;
            }
            if (loaded.Key is { } key) keys.Hold(loaded.KeyName!, key);
            var stored = table.Read();
            foreach (var (row, facts) in loaded.Rows)
            {
                var known = stored.FirstOrDefault(candidate => candidate.Name == row.Name);
                // Whoever uploaded a certificate after the file was written meant it (R-CFG-31).
                if (known is { IsSelfSigned: not true } && known.Pem != row.Pem && row.FileTime is { } time && (known.FileTime ?? known.UpdatedTime) > time) continue;
                if (known is not null && row.SaysTheSameAs(known)) continue;
                await table.WriteAsync(row, facts).ConfigureAwait(false);
            }
            changed = true;
        }
        if (changed && onlyChanged) Read();
        return changed;
    }

    public async Task<ImmutableArray<string>> AddAsync(CertificateProtocol.Add add)
    {
        var certificate = CertificateReader.Read(add.Pem);
        if (certificate is null) throw new OperationError(500, $"Invalid certificate format for {add.Name ?? "certificate"}: it must be a certificate in PEM form");
        var facts = CertificateReader.FactsOf(certificate);
        var name = add.Name ?? facts.MainName ?? throw OperationError.Bad("Error extracting certificate host name, please provide a name parameter");
        var keyName = StoreKey(add, name, facts);
        if (keyName is null && !add.IsAuthority) throw OperationError.Bad("A suitable private key was not found for this certificate");
        await table.WriteAsync(
            new CertificateRow(name, CertificateReader.WithoutKeys(add.Pem)) { PrivateKeyName = keyName, IsAuthority = add.IsAuthority, Hosts = add.Hosts, Uses = add.Uses, Ciphers = add.Ciphers },
            facts).ConfigureAwait(false);
        Read();
        return [name];
    }

    public async Task RemoveAsync(string name)
    {
        var rows = table.Read();
        if (rows.FirstOrDefault(row => row.Name == name) is not { } found) throw OperationError.Bad($"{name} not found");
        await table.DeleteAsync(name).ConfigureAwait(false);
        if (found.PrivateKeyName is { } key && !rows.Any(row => row.Name != name && row.PrivateKeyName == key)) keys.Delete(key);
        Read();
    }

    /// <summary>The authority that signs: one that the operator gave with its key, else the built-in one, which is made when it is first needed.</summary>
    public async Task<(StoredCertificate Authority, SigningKey Key)> SignerAsync()
    {
        if (Signers().FirstOrDefault() is { Authority: not null } found) return found;
        await MakeOwnAsync().ConfigureAwait(false);
        return Signers().First();
    }

    public CertificateProtocol.Request CreateRequest() => new(CertificateMaker.MakeRequest(OwnProfile, keys.Own(settings.Timings.KeyBits)), KeyRing.OwnKey);

    public CertificateProtocol.JoinPrepared PrepareJoin(bool forceSigning)
    {
        var own = Snapshot.Shown(CertificateRow.ReplicationUse, null, now());
        if (forceSigning || own is null || own.Row.IsSelfSigned is true || own.Facts.IsSelfIssued) return new CertificateProtocol.JoinPrepared(CreateRequest().Pem, null);
        return new CertificateProtocol.JoinPrepared(null, Snapshot.OwnAuthority(now()) is { } authority ? CertificateReader.ToPem(authority.Certificate) : null);
    }

    /// <summary>Stores what another authority signed, once it is what was asked for.</summary>
    public async Task CompleteJoinAsync(CertificateProtocol.CompleteJoin join)
    {
        var certificate = CertificateReader.Read(join.Certificate);
        var authority = CertificateReader.Read(join.SigningAuthority);
        if (certificate is null || authority is null) throw new OperationError(500, "the certificate or its authority cannot be read");
        var facts = CertificateReader.FactsOf(certificate);
        if (facts.KeyFingerprint != keys.Own(settings.Timings.KeyBits).Fingerprint) throw new OperationError(500, "the certificate that came back is not for the key of this node");
        if (!CertificateNames.Of(facts).Contains(settings.Self.Value)) throw new OperationError(500, $"the certificate that came back does not name {settings.Self}");
        var claim = ChainVerdict.Judge(certificate, null, [], [authority], null, CertificateRole.Server, now());
        if (claim.Problem is { } problem) throw new OperationError(500, $"the certificate that came back is not usable: {problem}");
        var authorityFacts = CertificateReader.FactsOf(authority);
        var authorityName = authorityFacts.MainName ?? authorityFacts.Subject;
        // This node's own authority came back (somebody it signed signs it): the row with the key stays.
        if (_all.FirstOrDefault(stored => stored.Row.Name == authorityName) is not { Candidate.HasKey: true })
            await table.WriteAsync(new CertificateRow(authorityName, CertificateReader.ToPem(authority)) { IsAuthority = true }, authorityFacts).ConfigureAwait(false);
        await table.WriteAsync(
            new CertificateRow($"{settings.Self}-replication", CertificateReader.ToPem(certificate))
            {
                PrivateKeyName = KeyRing.OwnKey, IsSelfSigned = false, Uses = [CertificateRow.ReplicationUse],
            }, facts).ConfigureAwait(false);
        Read();
    }

    /// <summary>The node's own authority and certificate, new (R-SEC-11, R-CLI-02). The key stays, so that what it signed before goes on being believed.</summary>
    public async Task<ImmutableArray<string>> MakeOwnAsync()
    {
        var key = keys.Own(settings.Timings.KeyBits);
        var authority = CertificateMaker.MakeAuthority(CertificateProfile.AuthorityOf(settings.Self), key, now(), settings.Timings.Lifetime);
        var node = CertificateMaker.MakeNode(OwnProfile, key.Generator.PublicKey, authority, key, now(), settings.Timings.Lifetime);
        ImmutableArray<CertificateRow> rows =
        [
            new(settings.Self.Value, CertificateReader.ToPem(node)) { Uses = [CertificateRow.ReplicationUse] },
            new(CertificateNames.AuthorityPrefix + settings.Self.Value, CertificateReader.ToPem(authority)) { IsAuthority = true, Uses = [] },
        ];
        foreach (var old in table.Read().Where(row => row.IsSelfSigned is true && rows.All(made => made.Name != row.Name)))
            await table.DeleteAsync(old.Name).ConfigureAwait(false);
        foreach (var (row, certificate) in rows.Zip([node, authority]))
            await table.WriteAsync(row with { PrivateKeyName = KeyRing.OwnKey, IsSelfSigned = true }, CertificateReader.FactsOf(certificate)).ConfigureAwait(false);
        Read();
        return [.. rows.Select(row => row.Name)];
    }

    private CertificateProfile OwnProfile => CertificateProfile.OfNode(settings.Self, settings.Url);

    private IEnumerable<(StoredCertificate Authority, SigningKey Key)> Signers() =>
        from stored in _all
        where stored.Row.IsAuthority && stored.Candidate.HasKey && stored.Facts.IsAuthority && stored.Facts.ValidTo > now()
        orderby stored.Row.IsSelfSigned is true
        select (stored, keys.Find(stored.Row.PrivateKeyName!)!);

    private string? StoreKey(CertificateProtocol.Add add, string name, CertificateFacts facts)
    {
        if (add.PrivateKey is not { } pem) return keys.NameOf(facts.KeyFingerprint);
        if (SigningKey.FromPem(pem) is not { } key) throw OperationError.Bad("'private_key' must be an unencrypted private key in PEM form (RSA or EC)");
        if (key.Fingerprint != facts.KeyFingerprint) throw OperationError.Bad("The private key does not belong to this certificate");
        if (keys.NameOf(key.Fingerprint) is { } known) return known;
        var file = KeyRing.FileNameFor(name);
        // A file that belongs to another key is not overwritten: the certificate that uses it would be lost.
        for (var number = 2; keys.Find(file) is not null && table.Read().Any(row => row.Name != name && row.PrivateKeyName == file); number++)
            file = KeyRing.FileNameFor($"{name}-{number}");
        keys.Store(file, pem, key);
        return file;
    }

    private void Read()
    {
        Problems.Clear();
        var all = ImmutableArray.CreateBuilder<StoredCertificate>();
        foreach (var row in table.Read())
        {
            if (CertificateReader.Read(row.Pem) is not { } certificate)
            {
                Problems.Add($"certificate {row.Name} in {CertificateRow.Table} cannot be read; add it again or remove it");
                continue;
            }
            var facts = CertificateReader.FactsOf(certificate);
            var key = row.PrivateKeyName is { } name ? keys.Find(name) : null;
            var fits = key is not null && key.Fingerprint == facts.KeyFingerprint;
            if (row.PrivateKeyName is { } missing && !fits) Problems.Add($"the key of certificate {row.Name}, keys/{missing}, is missing or belongs to another certificate");
            all.Add(new StoredCertificate(new CertificateCandidate(row, facts, fits), fits && !row.IsAuthority ? key!.Attach(certificate) : certificate));
        }
        _all = all.ToImmutable();
        Build();
        if (settings.IsReachedSecurely && Snapshot.Shown(CertificateRow.ReplicationUse, null, now()) is { } own && NameProblem(own) is { } named) Problems.Add(named);
    }

    /// <summary>Peers compare the certificate with the name of the node (R-SEC-08): better said here than found out from their refusals.</summary>
    private string? NameProblem(StoredCertificate own)
    {
        if (own.Facts.CommonName == settings.Self.Value) return null;
        return CertificateNames.IsFor(own.Facts, settings.Self.Value)
            ? $"certificate {own.Row.Name} names this node ({settings.Self}) only as an alternative name; that works, the common name is {own.Facts.CommonName ?? "missing"}"
            : $"certificate {own.Row.Name} does not name this node: neither its common name nor an alternative name is {settings.Self}; other nodes will refuse it";
    }

    private void Build()
    {
        var authorities = new Dictionary<string, KnownAuthority>();
        foreach (var stored in _all.Where(stored => stored.Row.IsAuthority))
            Take(stored.Certificate, stored.Facts, $"{CertificateRow.Table} {stored.Row.Name}", stored.Candidate.HasKey);
        foreach (var (node, pem) in _recorded)
            foreach (var certificate in CertificateReader.ReadAll(pem)) Take(certificate, CertificateReader.FactsOf(certificate), $"record of {node}", false);
        Snapshot = new CertificateSnapshot(settings.Self.Value, _all, [.. authorities.Values], publicRoots);

        void Take(X509Certificate2 certificate, CertificateFacts facts, string source, bool canSign) =>
            authorities.TryAdd(facts.Fingerprint, new KnownAuthority(facts.MainName ?? facts.Subject, facts, certificate, source, canSign));
    }
}
