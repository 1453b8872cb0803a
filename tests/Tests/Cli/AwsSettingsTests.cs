using Postern.Cli.Config;
using Postern.Tests.Support;

namespace Postern.Tests.Cli;

public sealed class AwsSettingsTests : IDisposable
{
    private readonly TempFolder _home = new();
    private readonly Dictionary<string, string?> _environment;

    public AwsSettingsTests()
    {
        Directory.CreateDirectory(Path.Combine(_home.Path, ".aws"));
        _environment = new() { ["HOME"] = _home.Path };
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Options_win_over_the_environment_and_that_over_the_profile()
    {
        Config("[default]\nregion = from-file\nendpoint_url = https://file:1\nca_bundle = /file.pem\n");
        var settings = Settings();
        Assert.Equal(("from-file", "https://file:1/", "/file.pem"), (settings.Region, settings.Endpoint.AbsoluteUri, settings.CaFile));
        _environment["AWS_REGION"] = "from-env";
        _environment["AWS_ENDPOINT_URL"] = "https://env:1";
        _environment["AWS_CA_BUNDLE"] = "/env.pem";
        Assert.Equal(("from-env", "https://env:1/", "/env.pem"), (settings.Region, settings.Endpoint.AbsoluteUri, settings.CaFile));
        _environment["AWS_ENDPOINT_URL_SSM"] = "https://ssm:1";
        Assert.Equal("https://ssm:1/", settings.Endpoint.AbsoluteUri);
        settings = Settings(new SettingOptions(Region: "from-option", EndpointUrl: "https://option:1", CaFile: "/option.pem"));
        Assert.Equal(("from-option", "https://option:1/", "/option.pem"), (settings.Region, settings.Endpoint.AbsoluteUri, settings.CaFile));
    }

    [Fact]
    public void Keys_of_the_environment_lose_only_to_a_profile_named_on_the_command_line()
    {
        Credentials("[dev]\naws_access_key_id = FILE\naws_secret_access_key = s#1 # a comment\n");
        _environment["AWS_ACCESS_KEY_ID"] = "ENV";
        _environment["AWS_SECRET_ACCESS_KEY"] = "e";
        _environment["AWS_SESSION_TOKEN"] = "token";
        _environment["AWS_PROFILE"] = "dev";
        Assert.Equal("token", Settings().Credentials().SessionToken);
        var named = Settings(new SettingOptions(Profile: "dev")).Credentials();
        Assert.Equal(("FILE", "s#1", null), (named.AccessKeyId, named.SecretAccessKey, named.SessionToken));
    }

    [Fact]
    public void Profile_may_have_its_keys_in_either_file()
    {
        Config("[profile dev]\naws_access_key_id=CONFIG\naws_secret_access_key=c\n");
        _environment["AWS_PROFILE"] = "dev";
        Assert.Equal("CONFIG", Settings().Credentials().AccessKeyId);
        Credentials("[dev]\naws_access_key_id=CREDENTIALS\naws_secret_access_key=c\n");
        Assert.Equal("CREDENTIALS", Settings().Credentials().AccessKeyId);
    }

    [Theory]
    [InlineData("sso_session = corp", "sso_session")]
    [InlineData("credential_process = /bin/x", "credential_process")]
    [InlineData("role_arn = arn:aws:iam::1:role/x", "role_arn")]
    public void Source_of_credentials_that_is_not_supported_is_named_with_the_way_out(string line, string source)
    {
        Config($"[profile dev]\n{line}\n");
        var error = Assert.Throws<CredentialsException>(() => Settings(new SettingOptions(Profile: "dev")).Credentials());
        Assert.Contains(source, error.Message);
        Assert.Contains("aws configure export-credentials --profile dev", error.Message);
    }

    [Fact]
    public void What_is_missing_is_named_with_the_way_to_set_it()
    {
        Assert.Contains("AWS_REGION", Assert.Throws<SettingsException>(() => Settings().Region).Message);
        Assert.Contains("AWS_ENDPOINT_URL", Assert.Throws<SettingsException>(() => Settings().Endpoint).Message);
        Assert.Contains("AWS_ACCESS_KEY_ID", Assert.Throws<CredentialsException>(() => Settings().Credentials()).Message);
        Assert.Contains("'nobody'", Assert.Throws<CredentialsException>(() => Settings(new SettingOptions(Profile: "nobody")).Credentials()).Message);
        _environment["AWS_ACCESS_KEY_ID"] = "ENV";
        Assert.Contains("AWS_SECRET_ACCESS_KEY", Assert.Throws<CredentialsException>(() => Settings().Credentials()).Message);
    }

    [Theory]
    [InlineData("gateway:8443")]
    [InlineData("ftp://gateway")]
    [InlineData("not an address")]
    public void Address_that_is_none_names_where_it_came_from(string text)
    {
        _environment["AWS_ENDPOINT_URL"] = text;
        Assert.Contains($"'{text}' (AWS_ENDPOINT_URL)", Assert.Throws<SettingsException>(() => Settings().Endpoint).Message);
    }

    [Fact]
    public void Nested_settings_and_comments_are_passed_over()
    {
        Config("# top\n[default]\n; note\ns3 =\n  region = nested\nregion = outer\n[other\nregion = broken\n");
        Assert.Equal("outer", Settings().Region);
    }

    [Fact]
    public void Bundle_may_hold_many_certificates_and_must_hold_one()
    {
        var empty = _home["empty.pem"];
        File.WriteAllText(empty, "nothing\n");
        Assert.Null(Trust.Load(null));
        Assert.Contains(empty, Assert.Throws<SettingsException>(() => Trust.Load(empty)).Message);
        Assert.Contains("missing.pem", Assert.Throws<SettingsException>(() => Trust.Load(_home["missing.pem"])).Message);
        var two = _home["two.pem"];
        File.WriteAllText(two, TestCertificate.Pem("one") + TestCertificate.Pem("two"));
        Assert.Equal(2, Trust.Load(two)!.Count);
    }

    private AwsSettings Settings(SettingOptions? options = null) => new(options ?? SettingOptions.None, _environment.GetValueOrDefault);

    private void Config(string text) => File.WriteAllText(Path.Combine(_home.Path, ".aws", "config"), text);

    private void Credentials(string text) => File.WriteAllText(Path.Combine(_home.Path, ".aws", "credentials"), text);
}
