using System.Diagnostics;
using System.Globalization;
using System.Net;
using Harper.Actors.Certificates;
using Harper.Core.Certificates;
using Harper.Tests.Support;
using Xunit;
using System.Security.Cryptography.X509Certificates;

namespace Harper.Tests.Revocation;

/// <summary>An authority run by openssl, as many are: it issues, revokes, makes lists and answers as a responder. Independent of the product's own code.</summary>
internal sealed class RevocationAuthority : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("harper-revocation-").FullName;
    private int _serial = 0x1000;

    public RevocationAuthority(string name)
    {
        Run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", $"/CN={name}", "-days", "30",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign");
        File.WriteAllText(At("index.txt"), "");
        File.WriteAllText(At("crlnumber"), "01\n");
        File.WriteAllText(At("ca.conf"), "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ncertificate=ca.pem\nprivate_key=ca.key\n");
        Certificate = X509CertificateLoader.LoadCertificateFromFile(At("ca.pem"));
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem() + "\n";

    /// <summary>A certificate that names these places.</summary>
    public X509Certificate2 Issue(string? list, string? responder) => IssueTo(null, list, responder).Certificate;

    /// <summary>The same with its key.</summary>
    /// <param name="name">An IP address or a user; null: some name.</param>
    public IssuedCertificate IssueTo(string? name, string? list, string? responder)
    {
        var serial = (++_serial).ToString("X", CultureInfo.InvariantCulture);
        name ??= $"node-{serial}";
        var extensions = "extendedKeyUsage=clientAuth,serverAuth\n" + (IPAddress.TryParse(name, out _) ? $"subjectAltName=IP:{name}\n" : "")
            + (list is null ? "" : $"crlDistributionPoints=URI:{list}\n") + (responder is null ? "" : $"authorityInfoAccess=OCSP;URI:{responder}\n");
        File.WriteAllText(At("leaf.ext"), extensions);
        Run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", $"/CN={name}");
        Run("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "0x" + serial, "-days", "10", "-extfile", "leaf.ext", "-out", $"{serial}.pem");
        File.AppendAllText(At("index.txt"), $"V\t{DateTime.UtcNow.AddDays(10):yyMMddHHmmss}Z\t\t{serial}\tunknown\t/CN={name}\n");
        return new IssuedCertificate(X509CertificateLoader.LoadCertificateFromFile(At($"{serial}.pem")), File.ReadAllText(At("leaf.key")), []);
    }

    public void Revoke(X509Certificate2 certificate) => Run("ca", "-config", "ca.conf", "-revoke", $"{certificate.SerialNumber.TrimStart('0')}.pem");

    /// <summary>The list as of now, in DER.</summary>
    public byte[] List(int seconds = 3600)
    {
        Run("ca", "-config", "ca.conf", "-gencrl", "-crlsec", seconds.ToString(CultureInfo.InvariantCulture), "-out", "list.pem");
        Run("crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der");
        return File.ReadAllBytes(At("list.der"));
    }

    /// <summary>What a responder says of it now, as a file that says so for five minutes, in DER.</summary>
    public byte[] Answer(X509Certificate2 certificate)
    {
        Run("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-issuer", "ca.pem", "-cert", $"{certificate.SerialNumber.TrimStart('0')}.pem", "-no_nonce",
            "-nmin", "5", "-noverify", "-respout", "answer.der");
        return File.ReadAllBytes(At("answer.der"));
    }

    /// <summary>A responder of openssl, until disposed.</summary>
    public Process Respond(int port)
    {
        var start = Start("ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "ca.pem", "-rkey", "ca.key", "-port", port.ToString(CultureInfo.InvariantCulture), "-nmin", "5", "-ignore_err");
        var process = Process.Start(start)!;
        // Connecting to see whether it is there would be its first client, and it serves one at a time.
        var ready = new TaskCompletionSource();
        void Look(object sender, DataReceivedEventArgs line)
        {
            if (line.Data?.Contains("waiting", StringComparison.Ordinal) is true) ready.TrySetResult();
        }
        process.OutputDataReceived += Look;
        process.ErrorDataReceived += Look;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Assert.True(ready.Task.Wait(Wait.Deadline), "the responder of openssl does not start");
        return process;
    }

    public ShownCertificate Shown(X509Certificate2 leaf, bool atPublicRoot = false, X509Certificate2? issuer = null) => new(
        new CertificateClaim(new CertificateFacts
        {
            CommonName = leaf.Subject, Subject = leaf.Subject, Issuer = leaf.Issuer, Serial = leaf.SerialNumber, ValidFrom = leaf.NotBefore, ValidTo = leaf.NotAfter,
            KeyAlgorithm = "EC", KeyBits = 256, Fingerprint = leaf.Thumbprint, KeyFingerprint = "",
        }, null, atPublicRoot),
        CertificateRole.Client, [leaf])
    { Issuer = issuer ?? Certificate };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string file) => Path.Combine(_folder, file);

    private ProcessStartInfo Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments) { WorkingDirectory = _folder, RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["OPENSSL_CONF"] = "/dev/null";
        return start;
    }

    private void Run(params string[] arguments)
    {
        using var process = Process.Start(Start(arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"openssl {string.Join(' ', arguments)}: {errors} {output.Result}");
    }
}
