using Harper.Core.Certificates.Revocation;
using Harper.Host.Configuration;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-CFG-41, 42, 46 and R-VER-04, 05, 12, 13 for the sections <c>mtls</c>: what stands in the file, what variables change of it one by one, and what stops the start.</summary>
public sealed class MtlsConfigurationSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("harper-mtls-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_variable_should_change_one_setting_of_a_section_in_the_file()
    {
        _environment["REPLICATION_MTLS_CERTIFICATEVERIFICATION_CRL_TIMEOUT"] = "2000";
        _environment["replication_mtls_certificateVerification_ocsp"] = "false";
        var report = Load(
            "replication:\n  mtls:\n    certificateVerification:\n      failureMode: fail-open\n      crl:\n        timeout: 9000\n        cacheTtl: 5000\n",
            "--REPLICATION_MTLS_CERTIFICATEVERIFICATION_CRL_GRACEPERIOD", "7000");
        Assert.Empty(report.Errors);
        Assert.Equal(
            new RevocationSettings(
                RevocationScope.Everybody, FailOpen: true,
                new CrlSettings { Timeout = TimeSpan.FromSeconds(2), CacheTtl = TimeSpan.FromSeconds(5), GracePeriod = TimeSpan.FromSeconds(7) }, new OcspSettings { Enabled = false }),
            report.Config!.Replication.Revocation);
        // Where each part comes from is told.
        var source = Assert.Single(report.Entries, entry => entry.Path == "replication.mtls").Source;
        Assert.All(["command line", "REPLICATION_MTLS_CERTIFICATEVERIFICATION_CRL_TIMEOUT", "harperdb-config.yaml"], part => Assert.Contains(part, source, StringComparison.Ordinal));
    }

    [Fact]
    public void Stronger_sources_should_count_where_both_speak_and_a_value_replace_a_whole_section()
    {
        _environment["HARPER_DEFAULT_CONFIG"] = """{"http":{"mtls":{"user":"weakest","required":true}}}""";
        _environment["HARPER_CONFIG"] = """{"http":{"mtls":{"user":"stronger"}}}""";
        var mtls = Read("http:\n  securePort: 9944\n  mtls:\n    user: file\n    certificateVerification: true\n").Http.Mtls!;
        Assert.Equal(("stronger", true, RevocationScope.Everybody), (mtls.User, mtls.Required, mtls.Revocation.Scope));
        _environment["HTTP_MTLS"] = "false";
        Assert.Null(Read("http:\n  securePort: 9944\n  mtls:\n    user: file\n").Http.Mtls);
    }

    [Fact]
    public void Variables_of_certificate_files_should_be_joined_with_the_files_section()
    {
        _environment["OPERATIONSAPI_TLS_PRIVATEKEY"] = "/nowhere/key.pem";
        var errors = Load("operationsApi:\n  tls:\n    certificate: /nowhere/cert.pem\n").Errors;
        Assert.Contains(errors, error => error.Contains("operationsApi.tls.privateKey cannot be read", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_forced_should_leave_the_file_without_what_else_stands_in_the_section()
    {
        File.WriteAllText(ConfigFilePath, "replication:\n  mtls:\n    certificateVerification:\n      crl:\n        cacheTtl: 5000\n");
        _environment["HARPER_SET_CONFIG"] = """{"replication":{"mtls":{"certificateVerification":{"failureMode":"fail-open"}}}}""";
        Loader().Synchronize(Loader().Load().Config!);
        Assert.Contains("fail-open", File.ReadAllText(ConfigFilePath), StringComparison.Ordinal);
        _environment["HARPER_SET_CONFIG"] = "{}";
        Loader().Synchronize(Loader().Load().Config!);
        Assert.DoesNotContain("fail-open", File.ReadAllText(ConfigFilePath), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), Loader().Load().Config!.Replication.Revocation.Crl.CacheTtl);
    }

    [Theory]
    [InlineData("false")]
    [InlineData("null")]
    [InlineData("true")]
    public void No_value_should_turn_certificates_of_peers_off(string value)
    {
        var report = Load($"replication:\n  mtls: {value}\n");
        Assert.Empty(report.Errors);
        Assert.Equal((RevocationSettings.Automatic, 9933), (report.Config!.Replication.Revocation, report.Config.Replication.SecurePort!.Port));
    }

    [Fact]
    public void Clients_should_be_asked_only_when_the_section_says_so_and_their_authorities_only_when_it_says_that_too()
    {
        Assert.Null(Read("http:\n  securePort: 9944\n").Http.Mtls);
        Assert.Null(Read("http:\n  securePort: 9944\n  mtls: false\n").Http.Mtls);
        Assert.Equal(new ClientCertificateConfig(false, RevocationSettings.Automatic with { Scope = RevocationScope.Nobody }), Read("http:\n  securePort: 9944\n  mtls: true\n").Http.Mtls);
        var mtls = Read("operationsApi:\n  network:\n    securePort: 9943\n    mtls:\n      user: null\n      required: true\n      certificateVerification: {}\n").OperationsApi.Mtls!;
        Assert.Equal((true, null, true, RevocationScope.Everybody), (mtls.NamesNobody, mtls.User, mtls.Required, mtls.Revocation.Scope));
        Assert.Contains(Load("http:\n  mtls: true\n").Warnings, warning => warning.Contains("set http.securePort", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http:\n  mtls: maybe\n", "http.mtls is 'maybe'; allowed is true, false, or a section")]
    [InlineData("http:\n  mtls:\n    require: true\n", "http.mtls.require is not known; allowed is user, required, certificateVerification")]
    [InlineData("http:\n  mtls:\n    required: sometimes\n", "http.mtls.required is 'sometimes'; allowed is true or false")]
    [InlineData("http:\n  mtls:\n    user: [a]\n", "http.mtls.user is '[a]'; allowed is the name of a user, or null for nobody")]
    [InlineData("operationsApi:\n  network:\n    mtls:\n      certificateVerification:\n        crl: 7\n", "operationsApi.network.mtls.certificateVerification.crl is '7'")]
    [InlineData("replication:\n  mtls:\n    certificateverification: true\n", "replication.mtls.certificateverification is not known; did you mean certificateVerification?")]
    public void What_cannot_be_understood_should_stop_the_start(string yaml, string expected) =>
        Assert.Contains(Load(yaml).Errors, error => error.StartsWith(expected, StringComparison.Ordinal));

    private string ConfigFilePath => Path.Combine(_root, "harperdb-config.yaml");

    private HarperConfig Read(string yaml)
    {
        var report = Load(yaml);
        Assert.Empty(report.Errors);
        return report.Config!;
    }

    private ConfigReport Load(string yaml, params string[] arguments)
    {
        File.WriteAllText(ConfigFilePath, yaml);
        return Loader(arguments).Load();
    }

    private HarperConfigLoader Loader(params string[] arguments)
    {
        _environment["ROOTPATH"] = _root;
        return new HarperConfigLoader(_environment, arguments);
    }
}
