using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace AioHub.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Alerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Kind",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind",
                table: "alerts");

            migrationBuilder.AddColumn<string>(
                name: "Facts",
                table: "alerts",
                type: "text",
                nullable: false,
                defaultValue: "{}");

            migrationBuilder.AddColumn<string>(
                name: "Mark",
                table: "alerts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "UserId",
                table: "alerts",
                type: "bigint",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "alert_targets",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    Type = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Address = table.Column<string>(type: "character varying(2048)", maxLength: 2048, nullable: false),
                    Kinds = table.Column<string>(type: "text", nullable: false),
                    Locale = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    AllowPrivateNetwork = table.Column<bool>(type: "boolean", nullable: false),
                    Enabled = table.Column<bool>(type: "boolean", nullable: false),
                    SealedSecret = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    SealedFormerSecret = table.Column<string>(type: "character varying(512)", maxLength: 512, nullable: true),
                    FormerSecretUntil = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_targets", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "alert_wishes",
                columns: table => new
                {
                    UserId = table.Column<long>(type: "bigint", nullable: false),
                    ByEmail = table.Column<bool>(type: "boolean", nullable: false),
                    BalanceNano = table.Column<long>(type: "bigint", nullable: true),
                    KeyBudgets = table.Column<bool>(type: "boolean", nullable: false),
                    KeysExpiring = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_wishes", x => x.UserId);
                    table.ForeignKey(
                        name: "FK_alert_wishes_users_UserId",
                        column: x => x.UserId,
                        principalTable: "users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "alert_deliveries",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    AlertId = table.Column<long>(type: "bigint", nullable: false),
                    TargetId = table.Column<long>(type: "bigint", nullable: true),
                    UserId = table.Column<long>(type: "bigint", nullable: true),
                    Event = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    Message = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    State = table.Column<int>(type: "integer", nullable: false),
                    Attempts = table.Column<int>(type: "integer", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    NextAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    DoneAt = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    Status = table.Column<int>(type: "integer", nullable: true),
                    Answer = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_alert_deliveries", x => x.Id);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_alert_targets_TargetId",
                        column: x => x.TargetId,
                        principalTable: "alert_targets",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_alerts_AlertId",
                        column: x => x.AlertId,
                        principalTable: "alerts",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_alert_deliveries_users_UserId",
                        column: x => x.UserId,
                        principalTable: "users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Kind_Mark",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Kind", "Mark" },
                unique: true,
                filter: "\"Period\" = 0 AND \"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind_Mark",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Period", "Window", "LimitNano", "Kind", "Mark" },
                unique: true,
                filter: "\"Period\" <> 0");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_UserId_Id",
                table: "alerts",
                columns: new[] { "UserId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_AlertId",
                table: "alert_deliveries",
                column: "AlertId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_State_NextAt",
                table: "alert_deliveries",
                columns: new[] { "State", "NextAt" });

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_TargetId",
                table: "alert_deliveries",
                column: "TargetId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_deliveries_UserId",
                table: "alert_deliveries",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_alert_targets_Name",
                table: "alert_targets",
                column: "Name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alert_deliveries");

            migrationBuilder.DropTable(
                name: "alert_wishes");

            migrationBuilder.DropTable(
                name: "alert_targets");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Kind_Mark",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind_Mark",
                table: "alerts");

            migrationBuilder.DropIndex(
                name: "IX_alerts_UserId_Id",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "Facts",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "Mark",
                table: "alerts");

            migrationBuilder.DropColumn(
                name: "UserId",
                table: "alerts");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Kind",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Kind" },
                unique: true,
                filter: "\"Period\" = 0 AND \"EndedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_alerts_Owner_OwnerId_Period_Window_LimitNano_Kind",
                table: "alerts",
                columns: new[] { "Owner", "OwnerId", "Period", "Window", "LimitNano", "Kind" },
                unique: true,
                filter: "\"Period\" <> 0");
        }
    }
}
