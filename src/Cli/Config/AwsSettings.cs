using Postern.Protocol.SigV4;

namespace Postern.Cli.Config;

/// <summary>What a person gave on the command line; null where they gave nothing.</summary>
internal sealed record SettingOptions(string? Profile = null, string? Region = null, string? EndpointUrl = null, string? CaFile = null)
{
    public static readonly SettingOptions None = new();

    /// <summary>Takes one of these options, --name VALUE or --name=VALUE, off the front of arguments; false when something else stands there.</summary>
    public static bool TryTake(ref ReadOnlySpan<string> args, ref SettingOptions settings)
    {
        var option = args[0];
        var equals = option.IndexOf('=');
        if (equals < 0 && args.Length < 2)
            return false;
        var value = equals < 0 ? args[1] : option[(equals + 1)..];
        SettingOptions? with = (equals < 0 ? option : option[..equals]) switch
        {
            "--profile" => settings with { Profile = value },
            "--region" => settings with { Region = value },
            "--endpoint-url" => settings with { EndpointUrl = value },
            "--ca" => settings with { CaFile = value },
            _ => null,
        };
        if (with is null)
            return false;
        settings = with;
        args = args[(equals < 0 ? 2 : 1)..];
        return true;
    }
}

/// <summary>
/// Settings as AWS's tools find them: options, then environment, then the profile in ~/.aws. Looked up when first asked for, so that
/// a file nobody needs is not read and a setting nobody needs is not missed.
/// </summary>
internal sealed class AwsSettings
{
    private const string DefaultProfile = "default";

    private static readonly string[] OtherSources =
        ["sso_session", "sso_start_url", "role_arn", "credential_process", "web_identity_token_file", "login_session"];

    private readonly SettingOptions _options;
    private readonly Func<string, string?> _environment;
    private readonly Lazy<AwsProfileFile> _config;
    private readonly Lazy<AwsProfileFile> _credentials;
    private AwsCredentials? _keys;

    public AwsSettings(SettingOptions options, Func<string, string?>? environment = null)
    {
        _options = options;
        _environment = environment ?? Environment.GetEnvironmentVariable;
        _config = new(() => AwsProfileFile.Read(PathOf("AWS_CONFIG_FILE", "config")));
        _credentials = new(() => AwsProfileFile.Read(PathOf("AWS_SHARED_CREDENTIALS_FILE", "credentials")));
    }

    public string Profile => Given(_options.Profile) ?? Variable("AWS_PROFILE") ?? Variable("AWS_DEFAULT_PROFILE") ?? DefaultProfile;

    public string Region => Given(_options.Region) ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION") ?? FromProfile("region")
        ?? throw new SettingsException($"No region. Set AWS_REGION, give --region, or put region = … into profile '{Profile}' of ~/.aws/config.");

    /// <summary>Address of the gateway's API.</summary>
    public Uri Endpoint
    {
        get
        {
            var (text, source) = Given(_options.EndpointUrl) is { } option ? (option, "--endpoint-url")
                : Variable("AWS_ENDPOINT_URL_SSM") is { } ssm ? (ssm, "AWS_ENDPOINT_URL_SSM")
                : Variable("AWS_ENDPOINT_URL") is { } all ? (all, "AWS_ENDPOINT_URL")
                : FromProfile("endpoint_url") is { } profile ? (profile, $"endpoint_url of profile '{Profile}'")
                : throw new SettingsException($"No gateway address. Set AWS_ENDPOINT_URL (https://host:port), give --endpoint-url, or put endpoint_url = … into profile '{Profile}' of ~/.aws/config.");
            return ParseEndpoint(text, source);
        }
    }

    /// <summary>A file of certificates to trust instead of the system's; null for the system's.</summary>
    public string? CaFile => Given(_options.CaFile) ?? Variable("AWS_CA_BUNDLE") ?? FromProfile("ca_bundle");

    /// <summary>Keys of the caller. Throws <see cref="CredentialsException"/> when there are none. Read once.</summary>
    public AwsCredentials Credentials() => _keys ??= ReadCredentials();

    public static Uri ParseEndpoint(string text, string source)
    {
        // Session tokens travel in answers, so nothing but this machine itself is trusted without TLS.
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
            return uri;
        throw new SettingsException($"'{text}' ({source}) is not the address of a gateway; write it as https://host:port.");
    }

    private AwsCredentials ReadCredentials()
    {
        // A profile named on the command line wins over keys in the environment, as with the AWS CLI.
        if (Given(_options.Profile) is null && Variable("AWS_ACCESS_KEY_ID") is { } id)
        {
            var secret = Variable("AWS_SECRET_ACCESS_KEY")
                ?? throw new CredentialsException("AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not. Set both.");
            return new AwsCredentials(id, secret, Variable("AWS_SESSION_TOKEN"));
        }
        var name = Profile;
        var section = _credentials.Value.Profile(name) is { } kept && kept.ContainsKey("aws_access_key_id") ? kept : _config.Value.Profile(name);
        if (section?.GetValueOrDefault("aws_access_key_id") is { Length: > 0 } profileId)
        {
            var secret = section.GetValueOrDefault("aws_secret_access_key") is { Length: > 0 } value ? value
                : throw new CredentialsException($"Profile '{name}' has aws_access_key_id but no aws_secret_access_key. Run: aws configure --profile {name}");
            return new AwsCredentials(profileId, secret, section.GetValueOrDefault("aws_session_token"));
        }
        if (OtherSources.FirstOrDefault(s => section?.ContainsKey(s) == true) is { } other)
            throw new CredentialsException($"Profile '{name}' gets its credentials by {other}, which postern cannot do itself. "
                + $"Run: eval \"$(aws configure export-credentials --profile {name} --format env)\"");
        if (section is null && _credentials.Value.Profile(name) is null && name != DefaultProfile)
            throw new CredentialsException($"There is no profile '{name}' in ~/.aws/config or ~/.aws/credentials.");
        throw new CredentialsException("No credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --profile with a profile that has keys.");
    }

    private string? FromProfile(string key) => Given(_config.Value.Profile(Profile)?.GetValueOrDefault(key));

    private string PathOf(string variable, string file)
        => Variable(variable) ?? Path.Combine(Variable("HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".aws", file);

    private string? Variable(string name) => Given(_environment(name));

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
