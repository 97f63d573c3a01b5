import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/index.js';
import { PeopleController } from './people.controller.js';
import { PersonRepository } from './person.repository.js';
import { PersonRow } from './person.entity.js';
import { SeatService } from './seat.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([PersonRow]), AuditModule],
  controllers: [PeopleController],
  providers: [PersonRepository, SeatService],
  exports: [SeatService],
})
export class SeatsModule {}
