using System.Net;
using Harper.Core.Outside;
using Xunit;

namespace Harper.Tests.Security;

/// <summary>What comes from outside leads neither into the network behind this node nor out of the folder it is put under: the vectors of requests forged by servers and of path traversal.</summary>
public sealed class OutsideSpecs
{
    private static readonly OutboundPolicy PublicOnly = new([], "a setting");

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://example.com/list")]
    [InlineData("gopher://example.com/")]
    [InlineData("ldap://example.com/cn=ca?certificateRevocationList")]
    [InlineData("data:application/pkix-crl;base64,AA==")]
    [InlineData("http://user:secret@example.com/")]
    [InlineData("http://")]
    [InlineData("//example.com/list")]
    [InlineData("list.crl")]
    [InlineData("")]
    public void A_URL_of_another_kind_should_be_refused(string url) => Assert.NotNull(OutboundPolicy.ProblemOf(url));

    [Fact]
    public void A_URL_that_never_ends_should_be_refused() => Assert.NotNull(OutboundPolicy.ProblemOf("http://example.com/" + new string('a', 10_000)));

    [Theory]
    // However they are spelt: what counts is the address that comes of it.
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f000001/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://0/")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://0xA9FEA9FE/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://172.31.255.255/")]
    [InlineData("http://192.168.1.1/")]
    [InlineData("http://100.64.0.1/")]
    [InlineData("http://198.18.0.1/")]
    [InlineData("http://224.0.0.1/")]
    [InlineData("http://255.255.255.255/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[::ffff:a9fe:a9fe]/")]
    [InlineData("http://[::127.0.0.1]/")]
    [InlineData("http://[64:ff9b::7f00:1]/")]
    [InlineData("http://[64:ff9b::a00:1]/")]
    [InlineData("http://[2002:7f00:1::]/")]
    [InlineData("http://[2002:a00:1::]/")]
    [InlineData("http://[2001:0:7f00:1::]/")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fec0::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[ff02::1]/")]
    public void An_address_that_is_not_public_should_be_refused(string url)
    {
        var address = IPAddress.Parse(new Uri(url).DnsSafeHost);
        Assert.False(PublicOnly.Allows(address), address.ToString());
        Assert.True(new OutboundPolicy([new IPNetwork(address, address.GetAddressBytes().Length * 8)], "a setting").Allows(address));
    }

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    public void A_public_address_should_be_allowed(string address)
    {
        Assert.True(PublicOnly.Allows(IPAddress.Parse(address)));
        Assert.Null(OutboundPolicy.ProblemOf($"http://{(address.Contains(':') ? $"[{address}]" : address)}/list.crl"));
    }

    [Fact]
    public void No_name_should_lead_out_of_its_folder()
    {
        string[] steps = ["..", ".", "...", "..\\", "%2e%2e", "..%2f", "%252e%252e", "\u2025", "\uff0e\uff0e", "..\0", "\0", "~", "~root", "C:", "c:\\windows", "\\\\host\\share", "CON", "nul.txt", "com1", "a ", "a.", " a", "", "a\nb", "a\tb", "a:b", "a*b", "\u202e", "\ud800"];
        string[] around = ["{0}", "/{0}", "{0}/etc/passwd", "a/{0}", "a/{0}/b", "a/b/{0}/c/d", "{0}/", "{0}/{0}", "{0}/{0}/{0}/proc/self/environ", "a/{0}/../b"];
        string[] exact = ["/etc/passwd", "/proc/self/environ", "//a", "a//b", "a/", "/", "\\", "..", "../..", "a/../../b", new string('a', 300), new string('a', 5000), string.Join('/', Enumerable.Repeat("a", 1000))];
        var tried = 0;
        foreach (var path in steps.SelectMany(step => around.Select(form => string.Format(System.Globalization.CultureInfo.InvariantCulture, form, step))).Concat(exact))
        {
            tried++;
            if (path is "\u202e" or "a/\u202e" || (path.Contains('\u202e') && OutsidePath.ProblemOf(path) is null))
            {
                // Only looks odd: it stays where it is put.
                Assert.StartsWith("/srv/data/", OutsidePath.Below("/srv/data", path), StringComparison.Ordinal);
                continue;
            }
            Assert.True(OutsidePath.ProblemOf(path) is not null, path);
            Assert.Throws<ArgumentException>(() => OutsidePath.Below("/srv/data", path));
        }
        Assert.InRange(tried, 250, 1000);
        foreach (var path in (string[])["a", "a/b.txt", "web/static/app.js", "schema.graphql", ".env", "größe/日本.csv", "a..b", "..a"])
            Assert.Equal("/srv/data/" + path, OutsidePath.Below("/srv/data/", path));
    }
}
