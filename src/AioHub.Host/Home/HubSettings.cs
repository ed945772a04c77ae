using System.ComponentModel.DataAnnotations;
using System.Data.Common;
using AioHub.Admin.Session;
using AioHub.Core.Metering;
using AioHub.Host.Alerting;
using AioHub.Core.Pins;
using AioHub.Core.Tasks;
using AioHub.Core.Transcripts;
using AioHub.Relay;
using Microsoft.Extensions.Configuration;

namespace AioHub.Host.Home;

/// <summary>What must be known before the database is open. Flags win over environment, environment over <c>appsettings.json</c>.</summary>
internal sealed class HubSettings
{
    /// <summary>Addresses to listen on, separated by semicolons. <c>AIOHUB_URLS</c>.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>
    /// Addresses of their own for HTTP/2 in cleartext with prior knowledge, as the AWS SDK for JavaScript speaks it, separated by semicolons; empty = none. <c>AIOHUB_H2C_URLS</c>.
    /// </summary>
    public string? H2cUrls { get; set; }

    /// <summary>Folder of the SQLite file, the journal and the master key. <c>AIOHUB_DATA</c>.</summary>
    public string Data { get; set; } = "./data";

    /// <summary>Empty = SQLite in the data folder; <c>Host=…</c> = PostgreSQL. <c>AIOHUB_DATABASE</c>.</summary>
    public string? Database { get; set; }

    /// <summary>32 bytes in base64; empty = made on first start. <c>AIOHUB_MASTER_KEY</c>.</summary>
    public string? MasterKey { get; set; }

    /// <summary>A YAML file that is applied at start. <c>AIOHUB_CONFIG</c>.</summary>
    public string? Config { get; set; }

    public RelayOptions Relay { get; set; } = new();

    public PinOptions Pins { get; set; } = new();

    public TranscriptOptions Transcripts { get; set; } = new();

    public TaskOptions Tasks { get; set; } = new();

    public LogOptions Log { get; set; } = new();

    /// <summary>How people sign in to the console and the management API.</summary>
    public SignInSettings SignIn { get; set; } = new();

    /// <summary>How the hub sends e-mail, when that is not set in the console.</summary>
    public MailSection Mail { get; set; } = new();

    /// <summary>All addresses that are listened on, for a message.</summary>
    public string Addresses => string.IsNullOrEmpty(H2cUrls) ? Urls : $"{Urls};{H2cUrls}";

    public string DataFolder => Path.GetFullPath(Data);

    /// <summary>Reads file and environment; what is null in <paramref name="flags"/> leaves them as they are.</summary>
    /// <exception cref="ValidationException">A value is out of range; the message names it.</exception>
    public static HubSettings Read(IReadOnlyDictionary<string, string?> flags)
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddJsonFile(Path.Combine(Directory.GetCurrentDirectory(), "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .Build();
        var settings = new HubSettings();
        try
        {
            configuration.GetSection("AioHub").Bind(settings);
        }
        catch (InvalidOperationException failure)
        {
            // Its message names the setting and the value.
            throw new ValidationException(failure.Message, failure);
        }

        settings.Urls = First(flags.GetValueOrDefault("urls"), configuration["AIOHUB_URLS"], settings.Urls)!;
        settings.H2cUrls = First(flags.GetValueOrDefault("h2c-urls"), configuration["AIOHUB_H2C_URLS"], settings.H2cUrls);
        CleartextHttp2.Check(settings);
        settings.Data = First(flags.GetValueOrDefault("data"), configuration["AIOHUB_DATA"], settings.Data)!;
        settings.Database = First(flags.GetValueOrDefault("database"), configuration["AIOHUB_DATABASE"], settings.Database);
        CheckDatabase(settings.Database);
        settings.MasterKey = First(null, configuration["AIOHUB_MASTER_KEY"], settings.MasterKey);
        settings.Config = First(flags.GetValueOrDefault("config"), configuration["AIOHUB_CONFIG"], settings.Config);
        if (First(null, configuration["AIOHUB_MAX_REQUEST_BYTES"], null) is { } most)
        {
            settings.Relay.MaxRequestBytes = long.TryParse(most, out var bytes) ? bytes
                : throw new ValidationException($"AIOHUB_MAX_REQUEST_BYTES is '{most}'; it must be a whole number of bytes.");
        }

        settings.Relay.SpoolFolder ??= Path.Combine(settings.Data, "spool");
        Validator.ValidateObject(settings.Relay, new ValidationContext(settings.Relay), validateAllProperties: true);
        Validator.ValidateObject(settings.Transcripts, new ValidationContext(settings.Transcripts), validateAllProperties: true);
        Validator.ValidateObject(settings.Pins, new ValidationContext(settings.Pins), validateAllProperties: true);
        Validator.ValidateObject(settings.Tasks, new ValidationContext(settings.Tasks), validateAllProperties: true);
        Validator.ValidateObject(settings.Log, new ValidationContext(settings.Log), validateAllProperties: true);
        settings.SignIn.Check();
        _ = settings.Mail.ToSettings();
        return settings;
    }

    // Never with the string itself in the message: there is a password in it.
    private static void CheckDatabase(string? database)
    {
        try
        {
            _ = new DbConnectionStringBuilder { ConnectionString = database };
        }
        catch (ArgumentException failure)
        {
            throw new ValidationException(
                "The database setting (--database, AIOHUB_DATABASE) is no connection string: write Host=…;Database=…;Username=…, or leave it empty for SQLite in the data folder.", failure);
        }
    }

    private static string? First(string? flag, string? variable, string? otherwise) =>
        !string.IsNullOrEmpty(flag) ? flag : !string.IsNullOrEmpty(variable) ? variable : otherwise;
}
