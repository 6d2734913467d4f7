using Harper.Host.Configuration;
using Xunit;

namespace Harper.Tests.Host;

/// <summary>Proves R-CFG-01..15, 18..23, 45..53, D9, D27, D58: what is written in file, environment and on the command line, and what a node makes of it.</summary>
public sealed class ConfigurationSpecs : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("harper-config-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_file_should_be_read_from_the_root_folder()
    {
        var config = Read("replication:\n  hostname: server-one\n  port: 9933\n");
        Assert.Equal("server-one", config.NodeName);
        Assert.Equal(new ListenAddress(null, 9933), config.Replication.Port);
        Assert.Equal("ws://server-one:9933", config.Replication.Url);
    }

    [Fact]
    public void The_new_file_name_should_win_over_the_old_one()
    {
        File.WriteAllText(Path.Combine(_root, "harper-config.yaml"), "node:\n  hostname: new-name\n");
        Assert.Equal("new-name", Read("node:\n  hostname: old-name\n").NodeName);
    }

    [Theory]
    [InlineData("node:\n  hostname: a\nreplication:\n  hostname: b\n", "a")]
    [InlineData("replication:\n  hostname: b\noperationsApi:\n  network:\n    port: 127.0.0.9:9925\n", "b")]
    [InlineData("operationsApi:\n  network:\n    port: 127.0.0.9:9925\n", "127.0.0.9")]
    [InlineData("", "127.0.0.1")]
    public void The_name_should_come_from_the_first_place_that_has_one(string yaml, string name) => Assert.Equal(name, Read(yaml).NodeName);

    [Theory]
    [InlineData("9933", null, 9933)]
    [InlineData("'9933'", null, 9933)]
    [InlineData("127.0.0.2:9933", "127.0.0.2", 9933)]
    [InlineData("'[::1]:9933'", "::1", 9933)]
    public void A_port_should_be_a_number_or_an_address(string written, string? host, int port) =>
        Assert.Equal(new ListenAddress(host, port), Read($"replication:\n  port: {written}\n").Replication.Port);

    [Fact]
    public void A_null_port_should_open_nothing() => Assert.Null(Read("http:\n  port: null\n").Http.Port);

    [Fact]
    public void A_node_named_by_a_loopback_address_should_listen_on_that_address_only()
    {
        var config = Read("replication:\n  hostname: 127.0.0.3\n  port: 9933\n");
        Assert.Equal("127.0.0.3", config.Replication.Port!.Host);
        Assert.Equal("127.0.0.3", config.OperationsApi.Port!.Host);
        Assert.Equal("127.0.0.3", config.Http.Port!.Host);
    }

    [Fact]
    public void Every_form_of_route_should_reach_membership_as_written()
    {
        var routes = Read("""
            replication:
              port: 9933
              routes:
                - server-two
                - ws://server-three:9933
                - hostname: server-four
                  port: 9940
                - host: server-five
                - url: ws://server-six:9933
            """).Replication.Routes;
        Assert.Equal(5, routes.Length);
        Assert.Equal("server-two", routes[0].GetString());
        Assert.Equal(9940, routes[2].GetProperty("port").GetInt32());
        Assert.Equal("server-five", routes[3].GetProperty("host").GetString());
    }

    [Fact]
    public void Revoked_serials_should_stay_the_text_that_was_written()
    {
        var route = Read("replication:\n  port: 9933\n  routes:\n    - hostname: two\n      revokedCertificates: [17690706, 1769E6, QA69C7E2S, '00AF']\n").Replication.Routes[0];
        Assert.Equal(
            ["17690706", "1769E6", "QA69C7E2S", "00AF"],
            route.GetProperty("revokedCertificates").EnumerateArray().Select(serial => serial.GetString()));
    }

    [Fact]
    public void Databases_should_be_all_unless_they_are_listed()
    {
        Assert.Null(Read("replication:\n  databases: '*'\n").Replication.Databases);
        Assert.Null(Read("").Replication.Databases);
        Assert.Equal(
            [new ReplicatedDatabase("data"), new ReplicatedDatabase("dev", true, 2)],
            Read("replication:\n  databases: [data, {name: dev, sharded: true, replicateTo: 2}]\n").Replication.Databases!.Value);
    }

    [Fact]
    public void The_environment_should_win_over_the_file_whatever_its_case()
    {
        _environment["replication_PORT"] = "127.0.0.2:9944";
        _environment["LOGGING_LEVEL"] = "debug";
        _environment["REPLICATION_ROUTES"] = """["ws://127.0.0.3:9933",]""";
        var config = Read("replication:\n  port: 9933\nlogging:\n  level: error\n");
        Assert.Equal(new ListenAddress("127.0.0.2", 9944), config.Replication.Port);
        Assert.Equal("debug", config.Logging.Level);
        Assert.Equal("ws://127.0.0.3:9933", Assert.Single(config.Replication.Routes).GetString());
    }

    [Fact]
    public void Sources_should_count_in_the_documented_order()
    {
        _environment["HARPER_DEFAULT_CONFIG"] = """{"http": {"timeout": 1, "headersTimeout": 1, "keepAliveTimeout": 1}, "logging": {"level": "trace"}, "storage": {"durability": "async"}}""";
        _environment["HARPER_CONFIG"] = """{"http": {"headersTimeout": 3, "keepAliveTimeout": 3}, "logging": {"level": "info"}}""";
        _environment["HTTP_KEEPALIVETIMEOUT"] = "4";
        _environment["LOGGING_LEVEL"] = "error";
        _environment["HARPER_SET_CONFIG"] = """{"logging_level": "fatal"}""";
        var config = Read("http:\n  timeout: 2\n  headersTimeout: 2\n", "--HTTP_KEEPALIVETIMEOUT", "5", "--logging_level=debug");
        Assert.False(config.Storage.Synced);
        Assert.Equal(2, config.Http.Timeout.TotalMilliseconds);
        Assert.Equal(3, config.Http.HeadersTimeout.TotalMilliseconds);
        Assert.Equal(5, config.Http.KeepAliveTimeout.TotalMilliseconds);
        Assert.Equal("fatal", config.Logging.Level);
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("no", false)]
    [InlineData("off", false)]
    [InlineData("", false)]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("yes", true)]
    public void A_switch_in_the_environment_should_mean_what_it_says(string text, bool meaning)
    {
        _environment["AUTHENTICATION_AUTHORIZELOCAL"] = text;
        Assert.Equal(meaning, Read("").Authentication.AuthorizeLocal);
    }

    [Fact]
    public void All_errors_should_be_told_at_once_each_with_key_value_and_what_is_allowed()
    {
        _environment["REPLICATION_PINGINTERVAL"] = "soon";
        var report = Load("http:\n  port: zzz\nlogging:\n  level: loud\n", "--NO_SUCH_KEY", "1");
        Assert.Null(report.Config);
        Assert.Equal(4, report.Errors.Length);
        Assert.Contains(report.Errors, error => error.Contains("http.port is 'zzz'", StringComparison.Ordinal) && error.Contains("1 to 65535", StringComparison.Ordinal));
        Assert.Contains(report.Errors, error => error.Contains("logging.level is 'loud'", StringComparison.Ordinal) && error.Contains("trace, debug", StringComparison.Ordinal));
        Assert.Contains(report.Errors, error => error.Contains("environment REPLICATION_PINGINTERVAL", StringComparison.Ordinal));
        Assert.Contains(report.Errors, error => error.Contains("--NO_SUCH_KEY", StringComparison.Ordinal));
        Assert.StartsWith("HarperDB config file validation error: ", report.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_key_should_be_kept_and_named_with_the_nearest_known_one()
    {
        var report = Load("replication:\n  hostnmae: one\nmyOwn: {thing: 1}\n");
        Assert.NotNull(report.Config);
        Assert.Contains(report.Warnings, warning => warning.Contains("replication.hostnmae", StringComparison.Ordinal) && warning.Contains("replication.hostname", StringComparison.Ordinal));
        Assert.Contains(report.Entries, entry => entry.Path == "myOwn.thing" && entry.Shown == "1");
    }

    [Fact]
    public void Keys_that_are_not_served_yet_should_be_named_in_one_warning_unless_they_ask_for_nothing()
    {
        var warnings = Load("mqtt:\n  network:\n    port: 1883\n    securePort: null\nlocalStudio:\n  enabled: false\nreplication:\n  port: 9933\n  blobTimeout: 5\n").Warnings;
        Assert.Equal("known, but without effect in this version: replication.blobTimeout, mqtt.network.port", Assert.Single(warnings));

        warnings = Load("replication:\n  databases: [{name: dev, replicateTo: 2, sharded: true}]\n").Warnings;
        Assert.Contains(warnings, warning => warning.EndsWith(": replicateTo of dev in replication.databases", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("operationsApi.network")]
    [InlineData("replication")]
    public void A_pair_of_ports_should_differ(string section)
    {
        var environment = section.Replace('.', '_').ToUpperInvariant();
        _environment[environment + "_PORT"] = "9944";
        _environment[environment + "_SECUREPORT"] = "9944";
        Assert.Contains(Load("").Errors, error => error == $"{section}.port and {section}.securePort cannot be the same value");
    }

    [Theory]
    [InlineData("", null, 9933, "wss://127.0.0.1:9933")]
    [InlineData("replication:\n  port: 9933\n", 9933, null, "ws://127.0.0.1:9933")]
    [InlineData("replication:\n  port: 9933\n  securePort: null\n", 9933, null, "ws://127.0.0.1:9933")]
    [InlineData("replication:\n  securePort: 9944\n", null, 9944, "wss://127.0.0.1:9944")]
    [InlineData("replication:\n  port: 9933\n  securePort: 9934\n", 9933, 9934, "wss://127.0.0.1:9934")]
    [InlineData("replication:\n  port: null\n  securePort: null\n", null, null, "wss://127.0.0.1:9933")]
    public void Replication_should_be_secure_unless_only_the_plain_port_is_given(string text, int? plain, int? secure, string url)
    {
        var replication = Read(text).Replication;
        Assert.Equal((plain, secure, url), (replication.Port?.Port, replication.SecurePort?.Port, replication.Url));
    }

    [Fact]
    public void Without_any_replication_port_there_should_be_one_warning() =>
        Assert.Contains("are null", Assert.Single(Load("replication:\n  port: null\n  securePort: null\n").Warnings), StringComparison.Ordinal);

    [Fact]
    public void Certificates_of_the_configuration_should_be_read_when_it_is_and_what_is_wrong_be_named()
    {
        Assert.Contains(Load("tls:\n  certificate: /nowhere/cert.pem\n  privateKey: /nowhere/key.pem\n").Errors, error => error.Contains("tls.privateKey cannot be read", StringComparison.Ordinal));
        Assert.Contains(Load("tls:\n  - certificat: x\n").Errors, error => error.Contains("tls[0].certificat is not known", StringComparison.Ordinal));
        Assert.Contains(Load("tls:\n  ciphers: RC4-MD5\n").Errors, error => error.Contains("'RC4-MD5' is no cipher suite", StringComparison.Ordinal));
    }

    /// <summary>R-OPS-08: a list without an entry names nobody; no list names everybody.</summary>
    [Theory]
    [InlineData("", true)]
    [InlineData("http:\n  corsAccessList: null\n", true)]
    [InlineData("http:\n  corsAccessList: []\n", false)]
    [InlineData("http:\n  corsAccessList: ['http://other.test']\n", false)]
    [InlineData("http:\n  cors: false\n", false)]
    public void Pages_should_be_allowed_by_what_the_list_says(string file, bool allowed) =>
        Assert.Equal(allowed, Load(file).Config!.Http.Cors.Allows("http://page.test"));

    [Fact]
    public void Two_listeners_on_one_address_should_be_refused() =>
        Assert.Contains(Load("http:\n  port: 9925\n").Errors, error => error.Contains("cannot both listen", StringComparison.Ordinal));

    [Fact]
    public void A_section_printed_without_indentation_should_be_read_as_it_was_meant()
    {
        var config = Read("""
            replication:
            hostname: server-one
            port: 9933
            databases:
            - data
            - system
            routes:
            - hostname: server-two
            port: 9940
            revokedCertificates:
            - 1769F7D6A
            - 17690706
            replicates:
            sends: true
            receives: false
            - host: server-three
            http:
              port: 9999
            """).Replication;
        Assert.Equal(9933, config.Port!.Port);
        Assert.Equal(["data", "system"], config.Databases!.Value.Select(database => database.Name));
        Assert.Equal(2, config.Routes.Length);
        Assert.Equal(9940, config.Routes[0].GetProperty("port").GetInt32());
        Assert.Equal("17690706", config.Routes[0].GetProperty("revokedCertificates")[1].GetString());
        Assert.False(config.Routes[0].GetProperty("replicates").GetProperty("receives").GetBoolean());
        Assert.Equal("server-three", config.Routes[1].GetProperty("host").GetString());
    }

    [Fact]
    public void Text_that_is_no_YAML_should_be_told_with_its_place()
    {
        var error = Assert.Single(Load("replication:\n  port: [1, 2\nhttp: {\n").Errors);
        Assert.Contains("is not YAML, line ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_should_name_every_key()
    {
        var document = File.ReadAllText(Path.Combine(Support.Repository.Root, "docs", "configuration.md"));
        Assert.Empty(ConfigCatalogue.Keys.Where(key => !document.Contains($"| `{key.Path}` |", StringComparison.Ordinal)).Select(key => key.Path));
    }

    [Fact]
    public void Secrets_should_not_be_shown()
    {
        var entry = Assert.Single(Load("myOwn:\n  password: abc\n").Entries, entry => entry.Path == "myOwn.password");
        Assert.DoesNotContain("abc", entry.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_start_should_write_the_file_and_later_ones_keep_it()
    {
        _environment["REPLICATION_PORT"] = "9933";
        var loader = Loader();
        loader.Synchronize(loader.Load().Config!);
        _environment.Remove("REPLICATION_PORT");
        Assert.Equal(9933, Loader().Load().Config!.Replication.Port!.Port);
    }

    [Fact]
    public void A_key_should_leave_the_file_when_it_is_no_longer_forced()
    {
        _environment["HARPER_SET_CONFIG"] = """{"http": {"port": 9950}}""";
        Loader().Synchronize(Loader().Load().Config!);
        Assert.Contains("9950", File.ReadAllText(Path.Combine(_root, "harperdb-config.yaml")), StringComparison.Ordinal);
        _environment["HARPER_SET_CONFIG"] = "{}";
        Assert.Equal(9926, Loader().Load().Config!.Http.Port!.Port);
        Loader().Synchronize(Loader().Load().Config!);
        Assert.DoesNotContain("9950", File.ReadAllText(Path.Combine(_root, "harperdb-config.yaml")), StringComparison.Ordinal);
    }

    private HarperConfig Read(string yaml, params string[] arguments)
    {
        var report = Load(yaml, arguments);
        Assert.Empty(report.Errors);
        return report.Config!;
    }

    private ConfigReport Load(string yaml, params string[] arguments)
    {
        File.WriteAllText(Path.Combine(_root, "harperdb-config.yaml"), yaml);
        return Loader(arguments).Load();
    }

    private HarperConfigLoader Loader(params string[] arguments)
    {
        _environment["ROOTPATH"] = _root;
        return new HarperConfigLoader(_environment, arguments);
    }
}
