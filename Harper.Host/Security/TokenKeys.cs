using System.Security.Cryptography;

namespace Harper.Host.Security;

/// <summary>
/// The key pair that signs tokens, in files under <c>keys</c> that only this user may read, named as the original names them. Made when the first token is asked
/// for; a node that gives out none has none.
/// </summary>
internal sealed class TokenKeys(string folder) : IDisposable
{
    private const int Bits = 3072;

    private static readonly PbeParameters Encryption = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 100_000);

    private readonly Lock _making = new();
    private volatile RSA? _keys;

    private string PassphraseFile => Path.Combine(folder, ".jwtPass");

    private string PrivateFile => Path.Combine(folder, ".jwtPrivate.key");

    private string PublicFile => Path.Combine(folder, ".jwtPublic.key");

    public void Dispose() => _keys?.Dispose();

    /// <summary>Null: no token was ever given out here, so none can hold.</summary>
    public RSA? Find()
    {
        if (_keys is { } known) return known;
        lock (_making) return _keys ??= File.Exists(PrivateFile) ? Read() : null;
    }

    public RSA Get()
    {
        if (Find() is { } known) return known;
        lock (_making)
        {
            if (_keys is { } made) return made;
            var keys = RSA.Create(Bits);
            var passphrase = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
            PrivateFiles.Write(PassphraseFile, passphrase);
            PrivateFiles.Write(PublicFile, keys.ExportSubjectPublicKeyInfoPem());
            // Last: a start that is cut here makes all three again.
            PrivateFiles.Write(PrivateFile, keys.ExportEncryptedPkcs8PrivateKeyPem(passphrase, Encryption));
            return _keys = keys;
        }
    }

    private RSA Read()
    {
        var keys = RSA.Create();
        try
        {
            keys.ImportFromEncryptedPem(File.ReadAllText(PrivateFile), File.ReadAllText(PassphraseFile).Trim());
            return keys;
        }
        catch (Exception failure) when (failure is IOException or CryptographicException or ArgumentException or UnauthorizedAccessException)
        {
            keys.Dispose();
            throw new InvalidOperationException(
                $"The keys that sign tokens cannot be read ({PrivateFile}): {failure.Message} Restore them, or remove {PrivateFile} to have new ones made; "
                + "tokens given out before then no longer hold.", failure);
        }
    }
}
